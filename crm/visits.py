"""Visits: at most one per contact, venue and local day, whatever the number and kind of sources (R-VISIT).

A visit rests on its sources: an arrived or finished booking, a fulfilled order, a WiFi session. It goes with its last
source. Source: P; in a group the total is the sum over venues (ours).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count
from uuid_utils.compat import uuid7

from crm.models import Contact, Visit, VisitSource, VisitSourceKind
from tenants import scope
from tenants.models import Venue


def record(
    contact: Contact,
    venue: Venue,
    *,
    local_date: datetime.date,
    kind: VisitSourceKind,
    source_id: UUID,
    at: datetime.datetime,
) -> bool:
    """Let this source count for the day, moving it there when it counted elsewhere; say whether the visit is new.

    `local_date` is the venue's day (Venue.local_day). The caller has locked the contact.
    """
    counted = VisitSource.objects.select_related("visit").filter(kind=kind, source_id=source_id).first()
    if counted is not None:
        if _is_of(counted.visit, contact, venue, local_date):
            VisitSource.objects.filter(pk=counted.pk).exclude(happened_at=at).update(happened_at=at)
            return False
        _remove(counted)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH visit AS (
                INSERT INTO crm_visit (id, tenant_id, contact_id, venue_id, local_date) VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT ON CONSTRAINT one_visit_per_contact_venue_and_day
                DO UPDATE SET local_date = EXCLUDED.local_date
                RETURNING id, xmax = 0 AS is_new
            )
            INSERT INTO crm_visitsource (id, tenant_id, visit_id, kind, source_id, happened_at)
            SELECT %s, %s, visit.id, %s, %s, %s FROM visit
            RETURNING (SELECT is_new FROM visit)
            """,
            [
                *(uuid7(), scope.tenant_id(), contact.pk, venue.pk, local_date),
                *(uuid7(), scope.tenant_id(), kind.value, source_id, at),
            ],
        )
        return bool(cursor.fetchone()[0])


def withdraw(*, kind: VisitSourceKind, source_id: UUID) -> None:
    """Take a source away; the visit goes with its last source (R-VISIT-3). An unknown source changes nothing."""
    source = VisitSource.objects.filter(kind=kind, source_id=source_id).first()
    if source is not None:
        _remove(source)


def _is_of(visit: Visit, contact: Contact, venue: Venue, local_date: datetime.date) -> bool:
    return (visit.contact_id, visit.venue_id, visit.local_date) == (contact.pk, venue.pk, local_date)


def _remove(source: VisitSource) -> None:
    source.delete()
    if not VisitSource.objects.filter(visit=source.visit_id).exists():
        Visit.objects.filter(pk=source.visit_id).delete()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Why the counter says what it says (R-VISIT-4): each visit once, under its strongest source."""

    bookings: int
    orders: int
    wifi_only: int
    imported: int
    distinct_days: int


def breakdown(contact: Contact) -> Breakdown:
    """Explain the visit counter: by bookings, by orders, by WiFi only; the imported baseline apart."""
    kinds: dict[UUID, set[str]] = {}
    for visit_id, kind in VisitSource.objects.filter(visit__contact=contact).values_list("visit_id", "kind"):
        kinds.setdefault(visit_id, set()).add(kind)
    strongest = [_strongest(own) for own in kinds.values()]
    days = Visit.objects.filter(contact=contact).aggregate(days=Count("local_date", distinct=True))["days"]
    return Breakdown(
        bookings=strongest.count(VisitSourceKind.BOOKING),
        orders=strongest.count(VisitSourceKind.ORDER),
        wifi_only=strongest.count(VisitSourceKind.WIFI),
        imported=contact.imported_visit_count,
        distinct_days=days,
    )


def _strongest(kinds: set[str]) -> str:
    return next(
        kind for kind in (VisitSourceKind.BOOKING, VisitSourceKind.ORDER, VisitSourceKind.WIFI) if kind in kinds
    )
