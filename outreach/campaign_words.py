"""In which words a campaign writes: each guest in their own language, as far as the template has it (R-CRM-10).

A template is one text in one language; those of the same name, use and channel are its other languages. Who speaks none of
them is written to in the house's language, else in that of the template that was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.models import Contact
from outreach import suggested_texts, wording
from outreach.models import Campaign, MessageTemplate
from outreach.suggested_texts import Wording
from tenants.models import Venue


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts with their placeholders, by language; `usual` is the language for guests who read none of the others."""

    by_language: Mapping[str, Wording]
    usual: str

    def language_for(self, language: str) -> str:
        """In which of the languages a guest of this one is written to."""
        return language if language in self.by_language else self.usual

    def filled(self, language: str, contact: Contact, venue: Venue) -> Wording:
        """What a guest reads; `language` is one of ours."""
        return wording.fill(self.by_language[language], contact, venue)


def of_template(template: MessageTemplate) -> Texts:
    """The texts as they stand now. Two queries."""
    alike = {name: getattr(template, name) for name in ("kind", "name", "is_builtin", "channel")}
    found = MessageTemplate.objects.filter(**alike).order_by("language")
    by_language = {one.language: suggested_texts.wording(one) for one in found}
    house = wording.house_language()
    return Texts(by_language, house if house in by_language else template.language)


def freeze(campaign: Campaign, texts: Texts) -> None:
    """Keep the texts with the campaign, so that a template reworded while it runs changes nothing."""
    campaign.words = {language: [words.subject, words.text] for language, words in texts.by_language.items()}
    campaign.language = texts.usual


def frozen(campaign: Campaign) -> Texts:
    """The texts that a campaign was sent with."""
    words: dict[str, Any] = campaign.words
    return Texts({language: Wording(*parts) for language, parts in words.items()}, campaign.language)
