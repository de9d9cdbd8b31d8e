"""What a template may say, and how it becomes a message to one guest (R-CRM-7).

A text may hold the placeholders {first_name}, {last_name} and {venue}; any other brace is a mistake that a guest would
read, and is refused. A name we do not know goes with the space before it: "Hello {first_name}," becomes "Hello,". An
e-mail has a subject; an SMS has none, and fits into six parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.models import Contact
from outreach import suggested_texts
from outreach.models import SUBJECT_LENGTH, MessageChannel, MessageTemplate
from outreach.suggested_texts import Wording
from tenants import scope
from tenants.models import Tenant, Venue
from tenants.refusal import Refusal

PLACEHOLDERS = ("first_name", "last_name", "venue")
_PLACEHOLDER = re.compile(r"[ \t]?\{(" + "|".join(PLACEHOLDERS) + r")\}")
# Six parts of 153 characters; a longer one is split or refused by many networks.
SMS_LENGTH = 918


class UnknownPlaceholder(Refusal):
    code = "unknown_placeholder"
    status = 400
    default_message = _("Only {first_name}, {last_name} and {venue} may stand in braces.")


class SubjectNeeded(Refusal):
    code = "required"
    status = 400
    default_message = _("An e-mail needs a subject.")


class SubjectNotAllowed(Refusal):
    code = "not_allowed"
    status = 400
    default_message = _("An SMS has no subject.")


class TextNeeded(Refusal):
    code = "required"
    status = 400
    default_message = _("Write a text.")


class TextTooLong(Refusal):
    code = "max_length"
    status = 400
    default_message = _("An SMS has at most 918 characters, with the sender's name and how to unsubscribe.")


def check(wording: Wording, channel: MessageChannel) -> None:
    """Raise the refusal that names the faulty field, unless `wording` can leave by this channel."""
    if not wording.text:
        raise TextNeeded(field="text")
    if channel == MessageChannel.SMS:
        if wording.subject:
            raise SubjectNotAllowed(field="subject")
        check_length(wording)
    elif not wording.subject:
        raise SubjectNeeded(field="subject")


def check_length(wording: Wording, *, with_ending: str = "") -> None:
    """Raise TextTooLong unless an SMS of these words fits, with the line that ends it."""
    if len(wording.text) + (1 + len(with_ending) if with_ending else 0) > SMS_LENGTH:
        raise TextTooLong(field="text")


def check_placeholders(wording: Wording) -> None:
    """Raise UnknownPlaceholder for a brace that is of no placeholder."""
    for field, text in (("subject", wording.subject), ("text", wording.text)):
        if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
            raise UnknownPlaceholder(field=field)


def filled(template: MessageTemplate, contact: Contact, venue: Venue) -> Wording:
    """What the template says to this guest."""
    return fill(suggested_texts.wording(template), contact, venue)


def fill(words: Wording, contact: Contact, venue: Venue) -> Wording:
    """What a text with placeholders says to this guest."""
    values = {"first_name": contact.first_name, "last_name": contact.last_name, "venue": venue.name}
    return Wording(_fill(words.subject, values)[:SUBJECT_LENGTH], _fill(words.text, values))


def language_of(contact: Contact) -> str:
    """The language a guest is written to in: the guest's own where we have texts in it, else the tenant's."""
    return contact.language if contact.language in dict(settings.LANGUAGES) else house_language()


def house_language() -> str:
    """The tenant's language, where we have texts in it."""
    house: str = Tenant.objects.values_list("language", flat=True).get(pk=scope.tenant_id())
    return house if house in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _fill(text: str, values: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        given = values[found[1]]
        space = found[0].partition("{")[0]
        return space + given if given else ""

    return _PLACEHOLDER.sub(value, text).strip()
