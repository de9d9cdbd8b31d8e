"""Implied consents that are about to end (R-CONSENT-3): renewal is proposed a month before.

Only the regime `casl` lets them end. The last day is reckoned as consent.marketability does, by PostgreSQL, for all addresses
of some venues at once: six months after the last event, 24 after the last purchase that was not undone or arrived visit,
whichever is later; both know that a month may be shorter.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.expressions import RawSQL

from consent import undone_purchases
from consent.marketability import MONTHS_AFTER_INQUIRY, MONTHS_AFTER_PURCHASE
from consent.models import ConsentEntry, ConsentStatus
from consent.status import Event, Status
from crm.models import Contact, ContactIdentifier, Visit, VisitSource, VisitSourceKind
from tenants import rows, scope
from tenants.models import ConsentRegime, Venue

PROPOSED_BEFORE_MONTHS = 1


@dataclass(frozen=True, slots=True)
class Ending:
    """How many consents of a venue are due, and the last day of those that end first, by the id of their status."""

    count: int
    first: dict[UUID, datetime.date]


def venues_with_renewals(venues: Sequence[Venue]) -> list[Venue]:
    return [venue for venue in venues if venue.consent_regime == ConsentRegime.CASL]


def are_due(venues: Sequence[Venue], *, at: datetime.datetime) -> Q:
    """The consents of these venues that end within a month, as a condition on their statuses."""
    values = _values(at, [venue.pk for venue in venues])
    return Q(pk__in=RawSQL(f"SELECT id FROM ({_all()}) AS due", values))  # noqa: S608, S611 (our own statement)


def contacts_due(venue: Venue, *, at: datetime.datetime) -> Q:
    """The contacts one of whose present addresses has such a consent, as a condition; none who asked to be erased."""
    addresses = ConsentStatus.objects.filter(are_due([venue], at=at)).values("address")
    present = ContactIdentifier.objects.filter(value__in=addresses, is_active=True, is_main=True)
    return Q(pk__in=present.values("contact"), erase_on=None)


def due(venue: Venue, *, at: datetime.datetime, limit: int) -> Ending:
    """So many of the consents of this venue that end first, and how many there are."""
    first = f"SELECT id, expires_on, count(*) OVER () FROM ({_all()}) AS due ORDER BY expires_on, id LIMIT %s"  # noqa: S608 (as above)
    found = rows.run(first, *_values(at, [venue.pk]), limit)
    return Ending(found[0][2] if found else 0, {status_id: last for status_id, last, _count in found})


def last_days(statuses: Sequence[ConsentStatus], *, at: datetime.datetime) -> dict[UUID, datetime.date]:
    """The last day of each of these that is due, by its id."""
    places = list({one.venue_id for one in statuses})
    return dict(rows.run(_all("AND consent.id = ANY(%s)"), *_values(at, places), [one.pk for one in statuses]))


def holders(statuses: Sequence[ConsentStatus]) -> dict[str, Contact]:
    """The active contacts of these addresses, by address; of several with one phone, the latest."""
    held = ContactIdentifier.objects.filter(value__in={one.address for one in statuses}, is_active=True)
    found = held.select_related("contact").order_by("is_key", "is_main", "contact__last_activity_at")
    return {one.value: one.contact for one in found}


def _values(at: datetime.datetime, venue_ids: list[UUID]) -> tuple[Any, ...]:
    return at, scope.tenant_id(), venue_ids


_VISIT_KINDS = f"'{VisitSourceKind.BOOKING}', '{VisitSourceKind.ORDER}'"
_DUE = f"""
    SELECT id, expires_on FROM (
        SELECT consent.id, (%s::timestamptz AT TIME ZONE venue.timezone)::date AS today, greatest(
            max((entry.at AT TIME ZONE venue.timezone)::date) + interval '{MONTHS_AFTER_INQUIRY} months',
            max((entry.at AT TIME ZONE venue.timezone)::date)
                FILTER (WHERE entry.event = '{Event.PURCHASED}' AND undone.id IS NULL) + interval '{MONTHS_AFTER_PURCHASE} months',
            max(visit.local_date) + interval '{MONTHS_AFTER_PURCHASE} months'
        )::date AS expires_on
        FROM {ConsentStatus._meta.db_table} AS consent
        JOIN {Venue._meta.db_table} AS venue ON venue.tenant_id = consent.tenant_id AND venue.id = consent.venue_id
            AND venue.consent_regime = '{ConsentRegime.CASL}'
        JOIN {ConsentEntry._meta.db_table} AS entry ON entry.tenant_id = consent.tenant_id
            AND entry.address = consent.address AND entry.venue_id = consent.venue_id
            AND entry.channel = consent.channel AND entry.renews_clock
        LEFT JOIN {{undone}} ON undone.tenant_id = consent.tenant_id AND undone.id = entry.source_id
        LEFT JOIN {VisitSource._meta.db_table} AS source ON source.tenant_id = consent.tenant_id
            AND source.kind IN ({_VISIT_KINDS}) AND source.source_id = entry.source_id
        LEFT JOIN {Visit._meta.db_table} AS visit ON visit.tenant_id = consent.tenant_id AND visit.id = source.visit_id
        WHERE consent.tenant_id = %s AND consent.venue_id = ANY(%s) AND consent.status = '{Status.IMPLIED}' {{which}}
        GROUP BY consent.id, venue.timezone
    ) AS ending WHERE expires_on BETWEEN today AND today + interval '{PROPOSED_BEFORE_MONTHS} month'
"""  # noqa: S608 (our own tables)


@functools.cache
def _all(which: str = "") -> str:
    """The statuses that are due, with their last day; composed when all apps have said what they keep."""
    return _DUE.format(which=which, undone=undone_purchases.table())
