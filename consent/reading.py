"""Reading consent: what holds now for a contact's present addresses, and its ledger (R-CONSENT-1, R-CONSENT-3).

An implied consent counts from the ledger's events; a booking or order among them that became a visit counts as a purchase
from the visit's day. The visit is asked for at reading, so that "arrived" by mistake, undone, gives back the shorter time;
so is whether a purchase still is one (consent.undone_purchases).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.utils import timezone

from consent import marketability, suppression, undone_purchases
from consent.marketability import Clock
from consent.models import ConsentEntry, ConsentStatus
from consent.status import ConsentChannel, Event, Status, is_awaiting
from consent.suppression import Standing
from crm.models import Contact, VisitSource, VisitSourceKind
from tenants.models import ConsentRegime, Venue


@dataclass(frozen=True, slots=True)
class ConsentItem:
    """One consent as API.md shows it. `marketable` and `expires_on` are of the moment it was read.

    With `erasure_asked` its holder asked for their data to be cleared on a later day, and nothing is marketable (R-PRIV-1).
    """

    venue: UUID
    channel: ConsentChannel
    address: str
    status: Status
    pending_confirmation: bool
    changed_at: datetime.datetime
    source: str
    marketable: bool
    expires_on: datetime.date | None
    undeliverable: bool = False
    erasure_asked: bool = False


Statuses = list[ConsentStatus]
_Key = tuple[UUID, str, str]


def current(
    contacts: Iterable[Contact], *, venues: Iterable[Venue], now: datetime.datetime
) -> dict[UUID, list[ConsentItem]]:
    """The consents of each contact's present e-mail and phone in these venues, those on record, by venue and channel.

    One query, two when a venue under `casl` has implied ones.
    """
    contacts, venues = list(contacts), list(venues)
    found = suppression.standing(addresses(contacts), [venue.pk for venue in venues])
    return of_standing(contacts, found, venues=venues, now=now)


def addresses(contacts: Iterable[Contact]) -> list[str]:
    """The present e-mails and phones of these contacts, each once."""
    return list(dict.fromkeys(one for contact in contacts for one in (contact.email, contact.phone) if one))


def of_standing(
    contacts: Iterable[Contact], found: Standing, *, venues: Iterable[Venue], now: datetime.datetime
) -> dict[UUID, list[ConsentItem]]:
    """The same where what is on record of their `addresses` was asked already (suppression.OF_ADDRESSES); no query of its own."""
    held = _items(found, venues, now)
    return {contact.pk: list(_of_holder(contact, held)) for contact in contacts}


def of_addresses(
    addresses: Iterable[str], *, venues: Iterable[Venue], now: datetime.datetime
) -> dict[str, list[ConsentItem]]:
    """The consents of these addresses (in normal form) in these venues, by venue and channel; as many queries."""
    venues = list(venues)
    return _items(suppression.standing(addresses, [venue.pk for venue in venues]), venues, now)


def _items(found: Standing, venues: Iterable[Venue], now: datetime.datetime) -> dict[str, list[ConsentItem]]:
    held = _by_address(found.statuses, {venue.pk: venue for venue in venues})
    clocks = _clocks([row for statuses in held.values() for row in statuses])
    return {
        address: [
            _item(row, clocks.get(_key(row), Clock()), now, is_bounced=(row.channel, address) in found.undeliverable)
            for row in statuses
        ]
        for address, statuses in held.items()
    }


def ledger(contact: Contact) -> QuerySet[ConsentEntry, Any]:
    """Every entry of the contact's present addresses, and those of its former ones."""
    addresses = [address for address in (contact.email, contact.phone) if address]
    return ConsentEntry.objects.filter(Q(address__in=addresses) | Q(contact=contact))


def ledger_item(entry: ConsentEntry) -> dict[str, Any]:
    """One line of the ledger in plain values."""
    return {
        "id": entry.pk,
        "venue": entry.venue_id,
        "channel": entry.channel,
        "address": entry.address,
        "event": entry.event,
        "status": entry.status,
        "pending_confirmation": entry.pending_since is not None,
        "source": entry.source,
        "source_id": entry.source_id,
        "evidence": entry.evidence,
        "actor": {"kind": entry.actor_kind, "id": entry.actor_id, "label": entry.actor_label},
        "at": entry.at,
        "created_at": entry.created_at,
    }


def _of_holder(contact: Contact, held: Mapping[str, list[ConsentItem]]) -> Iterator[ConsentItem]:
    for item in (*held.get(contact.email, ()), *held.get(contact.phone, ())):
        yield item if contact.erase_on is None else replace(item, marketable=False, erasure_asked=True)


def _by_address(statuses: Statuses, venues: Mapping[UUID, Venue]) -> dict[str, Statuses]:
    held: dict[str, Statuses] = defaultdict(list)
    for row in statuses:
        row.venue = venues[row.venue_id]
    for row in sorted(statuses, key=lambda one: (one.channel, one.venue.name, one.venue_id)):
        held[row.address].append(row)
    return held


def _item(row: ConsentStatus, clock: Clock, now: datetime.datetime, *, is_bounced: bool) -> ConsentItem:
    status, regime = Status(row.status), ConsentRegime(row.venue.consent_regime)
    today = timezone.localdate(now, row.venue.zone)
    return ConsentItem(
        venue=row.venue_id,
        channel=ConsentChannel(row.channel),
        address=row.address,
        status=status,
        pending_confirmation=is_awaiting(row.pending_since, now),
        changed_at=row.changed_at,
        source=row.source,
        marketable=marketability.is_marketable(status, regime, clock, today) and not is_bounced,
        expires_on=marketability.expires_on(status, regime, clock),
        undeliverable=is_bounced,
    )


def _key(row: ConsentStatus) -> _Key:
    return row.venue_id, row.channel, row.address


def _clocks(statuses: Statuses) -> dict[_Key, Clock]:
    """The clocks of those that can expire."""
    implied = [one for one in statuses if one.status == Status.IMPLIED]
    expiring = [one for one in implied if one.venue.consent_regime == ConsentRegime.CASL]
    if not expiring:
        return {}
    kinds = [VisitSourceKind.BOOKING, VisitSourceKind.ORDER]
    visits = VisitSource.objects.filter(kind__in=kinds, source_id=OuterRef("source_id"))
    undone = RawSQL(undone_purchases.condition(ConsentEntry._meta.db_table), (), BooleanField())  # noqa: S611 (our own)
    found = (
        ConsentEntry.objects.filter(
            address__in={row.address for row in expiring},
            venue__in={row.venue_id for row in expiring},
            renews_clock=True,
        )
        .alias(is_undone=undone)
        .values_list("venue_id", "channel", "address")
        .annotate(
            event_at=Max("at"),
            purchase_at=Max("at", filter=Q(event=Event.PURCHASED) & Q(is_undone=False)),
            visit_on=Max(Subquery(visits.values("visit__local_date")[:1])),
        )
    )
    venues: dict[UUID, Venue] = {row.venue_id: row.venue for row in expiring}
    return {
        (venue_id, channel, address): _clock(venues[venue_id], event_at, purchase_at, visit_on)
        for venue_id, channel, address, event_at, purchase_at, visit_on in found
    }


def _clock(
    venue: Venue,
    event_at: datetime.datetime,
    purchase_at: datetime.datetime | None,
    visit_on: datetime.date | None,
) -> Clock:
    purchase_on = purchase_at and timezone.localdate(purchase_at, venue.zone)
    purchases = [day for day in (purchase_on, visit_on) if day is not None]
    return Clock(event_on=timezone.localdate(event_at, venue.zone), purchase_on=max(purchases, default=None))
