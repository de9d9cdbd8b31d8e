"""A contact's statistics: recomputed from the facts, never incremented, so that they repair themselves (R-CRM-2).

The facts never leave the database: one statement counts them by venue, adds the venues up and writes the row.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from uuid import UUID

from crm import facets
from crm.facets import Counters
from crm.models import NEVER, Contact, ContactStats, Visit
from tenants import rows, scope

COUNTERS = ("visit_count", "booking_count", "cancelled_count", "no_show_count")
VISITS = Counters(Visit._meta.db_table, {"visit_count": "count(*)", "last_visit_on": "max(local_date)"})
# What a venue that a table does not speak of has in its columns.
NOTHING = {**dict.fromkeys(COUNTERS, "0"), "last_visit_on": f"'{NEVER.isoformat()}'::date"}


def refresh(*contact_ids: UUID) -> None:
    """Recompute the counters of these contacts, whose rows the caller has locked."""
    ids = sorted(set(contact_ids))
    if ids:
        rows.run(_statement(), scope.tenant_id(), ids)


@functools.cache
def _statement() -> str:
    sources = [VISITS, *(own for facet in facets.registered() for own in facet.counters())]
    facts = " UNION ALL ".join(_facts(one) for one in sources)
    sums = ", ".join(f"sum({name})::integer AS {name}" for name in COUNTERS)
    totals = ", ".join(f"coalesce(sum({name}), 0)" for name in COUNTERS)
    of_venue = ", ".join(f"'{name}', {name}" for name in COUNTERS)
    columns = ["last_visit_on", "by_venue", *COUNTERS]
    return f"""
        WITH fact AS ({facts}),
        at_venue AS (
            SELECT contact_id, venue_id, max(last_visit_on) AS last_visit_on, {sums} FROM fact GROUP BY contact_id, venue_id
        )
        INSERT INTO {ContactStats._meta.db_table} (contact_id, tenant_id, {", ".join(columns)})
        SELECT wanted.id, $1::uuid, coalesce(max(last_visit_on), {NOTHING["last_visit_on"]}),
            coalesce(jsonb_object_agg(venue_id, jsonb_build_object({of_venue})) FILTER (WHERE venue_id IS NOT NULL), '{{}}'),
            {totals}
        FROM unnest($2::uuid[]) AS wanted (id) LEFT JOIN at_venue ON contact_id = wanted.id
        GROUP BY wanted.id
        ON CONFLICT (contact_id) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in columns)}
    """  # noqa: S608 (names of our own tables and columns)


def _facts(source: Counters) -> str:
    aggregates: Mapping[str, str] = {**NOTHING, **source.aggregates}
    columns = ", ".join(f"{sql} AS {name}" for name, sql in aggregates.items())
    return (
        f"SELECT contact_id, venue_id, {columns} FROM {source.table} "  # noqa: S608 (as above)
        "WHERE tenant_id = $1 AND contact_id = ANY($2) GROUP BY contact_id, venue_id"
    )


def empty(contacts: Iterable[Contact]) -> list[ContactStats]:
    """The counters of new contacts."""
    return [ContactStats(contact_id=contact.pk) for contact in contacts]


def no_show_rates(contact_ids: Iterable[UUID]) -> dict[UUID, float]:
    """The no-show rate of the last 180 days of these contacts, for those that have one. Read as of now, never stored."""
    ids = list(contact_ids)
    rates: dict[UUID, float] = {}
    for facet in facets.registered():
        rates.update(facet.no_show_rates(ids))
    return rates
