"""What a campaign would do if it were sent now: how many it reaches, who is left out and why, in which words (R-CRM-10).

Nothing is written. The gate judges so many addresses at once; a guest who unsubscribes between the preview and the sending
is still left out, since it is asked again.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass

from consent import gate
from consent.status import ConsentChannel
from crm.models import Contact
from outreach import campaign_audience
from outreach.campaign_words import Texts
from outreach.models import Campaign
from outreach.suggested_texts import Wording

# The guest whom samples and tests speak to.
SAMPLE = {"first_name": "Anna", "last_name": "Rossi"}


@dataclass(frozen=True, slots=True)
class Sample:
    """The text in one language, as Anna Rossi would read it, and how many get it."""

    language: str
    count: int
    words: Wording


@dataclass(frozen=True, slots=True)
class Preview:
    """`contacts` are in the group or segment, `count` of them are reached; the others are left out, by reason."""

    contacts: int
    count: int
    excluded: dict[str, int]
    samples: list[Sample]


def preview(campaign: Campaign, texts: Texts, *, at: datetime.datetime) -> Preview:
    """The campaign as a draft. A query or two for each 2,000 addresses, besides a few."""
    extent = campaign_audience.extent(campaign)
    excluded, languages = Counter(extent.left_out), Counter[str]()
    channel = ConsentChannel(campaign.channel)
    for chunk in campaign_audience.chunks(campaign):
        closed = gate.hindrances(campaign.venue, channel, [one.address for one in chunk], at=at)
        excluded.update(hindrance.value for hindrance in closed.values())
        languages.update(texts.language_for(one.language) for one in chunk if one.address not in closed)
    return Preview(extent.contacts, languages.total(), dict(excluded), samples(campaign, texts, languages))


def samples(campaign: Campaign, texts: Texts, counts: Counter[str]) -> list[Sample]:
    """The text in each language, the one that most read first."""
    anna = Contact(**SAMPLE)
    ordered = sorted(texts.by_language, key=lambda language: (-counts[language], language))
    return [Sample(language, counts[language], texts.filled(language, anna, campaign.venue)) for language in ordered]
