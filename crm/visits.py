"""Visits: at most one per contact, venue and local day, whatever the number and kind of sources (R-VISIT).

A visit rests on its sources: an arrived or finished booking, a fulfilled order, a WiFi session. It goes with its last
source. Source: P; in a group the total is the sum over venues (ours).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from crm.models import Contact, Visit, VisitSource, VisitSourceKind
from tenants import rows, scope
from tenants.models import Venue
from tenants.questions import Question


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
    return add(contact, venue, local_date=local_date, kind=kind, source_id=source_id, at=at)


def add(
    contact: Contact,
    venue: Venue,
    *,
    local_date: datetime.date,
    kind: VisitSourceKind,
    source_id: UUID,
    at: datetime.datetime,
) -> bool:
    """The same for a source that is new, and so counts nowhere yet."""
    tenant = scope.tenant_id()
    visit = (uuid7(), tenant, contact.pk, venue.pk, local_date)
    ((is_new,),) = rows.run(_ADD, *visit, uuid7(), tenant, kind.value, source_id, at)
    return bool(is_new)


def of_new(
    contact: Contact,
    venue: Venue,
    *,
    local_date: datetime.date,
    kind: VisitSourceKind,
    source_id: UUID,
    at: datetime.datetime,
) -> tuple[list[Visit], list[VisitSource]]:
    """The first visit of a contact who is new, to go in with the contact's own rows."""
    visit = Visit(contact=contact, venue=venue, local_date=local_date)
    return [visit], [VisitSource(visit=visit, kind=kind, source_id=source_id, happened_at=at)]


_ADD = f"""
    WITH visit AS (
        INSERT INTO {Visit._meta.db_table} (id, tenant_id, contact_id, venue_id, local_date) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT ON CONSTRAINT one_visit_per_contact_venue_and_day DO UPDATE SET local_date = EXCLUDED.local_date
        RETURNING id, xmax = 0 AS is_new
    )
    INSERT INTO {VisitSource._meta.db_table} (id, tenant_id, visit_id, kind, source_id, happened_at)
    SELECT %s::uuid, %s::uuid, visit.id, %s, %s::uuid, %s::timestamptz FROM visit RETURNING (SELECT is_new FROM visit)
"""  # noqa: S608 (our own tables)


def withdraw(*, kind: VisitSourceKind, source_id: UUID) -> None:
    """Take a source away; the visit goes with its last source (R-VISIT-3). An unknown source changes nothing."""
    source = VisitSource.objects.filter(kind=kind, source_id=source_id).first()
    if source is not None:
        _remove(source)


def unite(loser: Contact, winner: Contact) -> None:
    """Give the winner of a merge the loser's visits: the union of days, never the sum (R-MERGE-3). Both are locked."""
    ids = scope.tenant_id(), loser.pk, winner.pk
    for statement in (_MOVE_SOURCES_OF_SHARED_DAYS, _DROP_SHARED_DAYS, _MOVE_VISITS):
        rows.run(statement, *ids)


_SHARED = f"""
    FROM {Visit._meta.db_table} mine JOIN {Visit._meta.db_table} theirs USING (tenant_id, venue_id, local_date)
    WHERE tenant_id = $1 AND mine.contact_id = $2 AND theirs.contact_id = $3
"""
_MOVE_SOURCES_OF_SHARED_DAYS = f"""
    UPDATE {VisitSource._meta.db_table} source SET visit_id = shared.theirs
    FROM (SELECT mine.id AS mine, theirs.id AS theirs {_SHARED}) AS shared
    WHERE source.tenant_id = $1 AND source.visit_id = shared.mine
"""  # noqa: S608 (our own tables)
_DROP_SHARED_DAYS = f"""
    DELETE FROM {Visit._meta.db_table} WHERE tenant_id = $1 AND id IN (SELECT mine.id {_SHARED})
"""  # noqa: S608 (our own tables)
_MOVE_VISITS = f"""
    UPDATE {Visit._meta.db_table} SET contact_id = $3 WHERE tenant_id = $1 AND contact_id = $2
"""  # noqa: S608 (our own table)


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
    return BREAKDOWN.ask([contact.pk])


def _by_kind(kind: VisitSourceKind) -> str:
    return f"bool_or(source.kind = '{kind.value}')"


_BREAKDOWN = f"""
    SELECT count(*) FILTER (WHERE by_booking), count(*) FILTER (WHERE by_order AND NOT by_booking),
        count(*) FILTER (WHERE NOT by_order AND NOT by_booking),
        (SELECT sum(imported_visit_count) FROM {Contact._meta.db_table} WHERE tenant_id = $1 AND id = ANY($2)),
        count(DISTINCT local_date)
    FROM (
        SELECT visit.local_date, {_by_kind(VisitSourceKind.BOOKING)} AS by_booking, {_by_kind(VisitSourceKind.ORDER)} AS by_order
        FROM {Visit._meta.db_table} visit
            JOIN {VisitSource._meta.db_table} source ON source.tenant_id = $1 AND source.visit_id = visit.id
        WHERE visit.tenant_id = $1 AND visit.contact_id = ANY($2) GROUP BY visit.id
    ) AS visited
"""  # noqa: S608 (our own tables)
# The breakdown of the one contact that is asked of.
BREAKDOWN = Question(lambda: _BREAKDOWN, 5, lambda found: Breakdown(*found[0]))
