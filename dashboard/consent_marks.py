"""Consent in words, always with its venue and channel (R-CONSENT-1, R-CONSENT-3). Implied under gdpr is no green light."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from consent.models import Source
from consent.reading import ConsentItem
from consent.status import ConsentChannel, Status
from dashboard.templatetags.coperto import day
from tenants.models import Venue

SHOWN_IN_LIST = 2


@dataclass(frozen=True, slots=True)
class ConsentMark:
    venue_id: UUID
    venue: str
    channel: str
    channel_label: str
    style: str
    status_label: str
    changed_on: datetime.date
    source_label: str
    expires_on: datetime.date | None
    can_unsubscribe: bool


def of(items: Iterable[ConsentItem], venues: Iterable[Venue]) -> list[ConsentMark]:
    """The marks in the order of the venues' names."""
    by_id = {venue.pk: venue for venue in venues}
    return [_mark(item, by_id) for item in items if item.venue in by_id]


def _mark(item: ConsentItem, venues: Mapping[UUID, Venue]) -> ConsentMark:
    venue = venues[item.venue]
    return ConsentMark(
        venue_id=venue.pk,
        venue=venue.name,
        channel=item.channel,
        channel_label=str(ConsentChannel(item.channel).label),
        style=_style(item),
        status_label=_words(item),
        changed_on=item.changed_at.astimezone(venue.zone).date(),
        source_label=str(Source(item.source).label),
        expires_on=item.expires_on,
        can_unsubscribe=item.status not in (Status.UNSUBSCRIBED, Status.NONE),
    )


def _style(item: ConsentItem) -> str:
    if item.status != Status.IMPLIED:
        return "implied-gdpr" if item.status == Status.EXPLICIT and not item.marketable else item.status.value
    return "implied-casl" if item.marketable else "implied-gdpr"


def _words(item: ConsentItem) -> str:
    if item.pending_confirmation:
        return _("waiting to be confirmed")
    if item.undeliverable and item.status != Status.UNSUBSCRIBED:
        return _("mail comes back, not written to")
    if item.erasure_asked and item.status not in (Status.UNSUBSCRIBED, Status.NONE):
        return _("asked to be erased, not written to")
    if item.status != Status.IMPLIED:
        return str(item.status.label)
    if item.expires_on is None:
        return _("implied, not marketable")
    said = {"date": day(item.expires_on)}
    return _("implied until %(date)s") % said if item.marketable else _("implied, expired on %(date)s") % said
