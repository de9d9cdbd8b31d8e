"""A contact's statistics: recomputed from the facts, never incremented, so that they repair themselves (R-CRM-2).

The facts never leave the database: one statement counts them by venue and currency, adds up the venues and writes the
row. Amounts are never added across currencies: those of the row are in the currency of the latest purchase. Counts
without data are 0; sums, averages, intervals and dates without data are null to whoever reads them (`crm.figures`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm import automatic_rules, automatic_tags, facets
from crm.facets import Counters
from crm.models import NEVER, Contact, ContactStats, Review, ReviewSource, Visit, VisitSource, VisitSourceKind
from tenants import rows, scope
from tenants.models import Venue

COUNTS = ("visit_count", "booking_count", "cancelled_count", "no_show_count", "order_count", "purchase_count")
# Minor units. Spend by where it was made: app and web, phone, the till.
AMOUNTS = ("spend_minor", "spend_web_minor", "spend_phone_minor", "spend_pos_minor")
LAST_DAYS = ("last_visit_on", "last_purchase_on")
VISITS = Counters(Visit._meta.db_table, {"visit_count": "count(*)", "last_visit_on": "max(local_date)"})
_NEVER = f"'{NEVER.isoformat()}'::date"
# What a venue that a table does not speak of has in its columns.
NOTHING = {**dict.fromkeys((*COUNTS, *AMOUNTS), "0"), **dict.fromkeys(LAST_DAYS, _NEVER)}
# Days with a visit of these count for the rhythm; WiFi alone does not.
VISITS_THAT_COUNT = (VisitSourceKind.BOOKING, VisitSourceKind.ORDER)
# A review a point or more below the average of the earlier ones is a fall.
FALL = 1


def refresh(*contact_ids: UUID) -> None:
    """Recompute the counters of these contacts, whose rows the caller has locked; their automatic tags follow."""
    ids = sorted(set(contact_ids))
    if ids:
        concerned = rows.run(_statement(), scope.tenant_id(), ids)
        automatic_tags.follow([contact_id for (contact_id,) in concerned])


@functools.cache
def _statement() -> str:
    """$1 is the tenant, $2 the contacts; it answers those that a rule of automatic tags may concern."""
    columns = {
        **{name: f"coalesce(total.{name}, 0)" for name in COUNTS},
        **{name: f"coalesce(total.{name}, {_NEVER})" for name in LAST_DAYS},
        "spend_minor": "coalesce(main.spend_minor, 0)",
        "average_ticket_minor": "coalesce(round(main.spend_minor::numeric / nullif(main.purchase_count, 0)), 0)",
        "currency": "coalesce(main.currency, '')",
        "purchase_interval_days": "interval_days",
        "review_count": "coalesce(review_count, 0)",
        "review_average": "review_average",
        "is_rating_falling": "coalesce(is_rating_falling, FALSE)",
        "google_rating": "google_rating",
        "by_venue": "coalesce(by_venue, '{}')",
        "by_currency": "coalesce(by_currency, '{}')",
    }
    return f"""
        WITH fact AS ({_facts()}), {_parts()}, stats AS (
        INSERT INTO {ContactStats._meta.db_table} (contact_id, tenant_id, {", ".join(columns)})
        SELECT wanted.id, $1::uuid, {", ".join(f"{value} AS {name}" for name, value in columns.items())}
        FROM unnest($2::uuid[]) AS wanted (id)
            LEFT JOIN total ON total.contact_id = wanted.id LEFT JOIN main ON main.contact_id = wanted.id
            LEFT JOIN rhythm ON rhythm.contact_id = wanted.id LEFT JOIN opinion ON opinion.contact_id = wanted.id
        ON CONFLICT (contact_id) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in columns)}
        RETURNING *) SELECT contact_id FROM stats WHERE {automatic_rules.concerns()}
    """  # noqa: S608 (names of our own tables and columns)


def _facts() -> str:
    """The counters of every table, by contact, venue and currency."""
    sources = [VISITS, *(own for facet in facets.registered() for own in facet.counters())]
    return " UNION ALL ".join(_fact(one) for one in sources)


def _fact(source: Counters) -> str:
    aggregates: Mapping[str, str] = {**NOTHING, **source.aggregates}
    columns = ", ".join(f"{sql} AS {name}" for name, sql in aggregates.items())
    return (
        f"SELECT contact_id, venue_id, {source.currency} AS currency, {columns} FROM {source.table} "  # noqa: S608 (as above)
        "WHERE tenant_id = $1 AND contact_id = ANY($2) GROUP BY contact_id, venue_id, 3"
    )


def _parts() -> str:
    """The counters by venue, by currency and in all; the days between purchases; what the guest thinks of us."""
    sums = ", ".join(f"sum({name})::bigint AS {name}" for name in (*COUNTS, *AMOUNTS))
    latest = ", ".join(f"max({name}) AS {name}" for name in LAST_DAYS)
    of_venue = ", ".join(f"'{name}', {name}" for name in COUNTS)
    of_money = ", ".join(f"'{name}', {name}" for name in ("purchase_count", *AMOUNTS))
    bought = "purchase_count > 0 OR spend_minor <> 0"
    return f"""
        at_venue AS (SELECT contact_id, venue_id, {sums}, {latest} FROM fact GROUP BY contact_id, venue_id),
        spent_at AS (
            SELECT contact_id, venue_id, jsonb_object_agg(currency, spend_minor) AS spend FROM (
                SELECT contact_id, venue_id, currency, sum(spend_minor)::bigint AS spend_minor FROM fact
                WHERE {bought} GROUP BY contact_id, venue_id, currency
            ) AS money GROUP BY contact_id, venue_id
        ),
        total AS (
            SELECT contact_id, {sums}, {latest}, jsonb_object_agg(
                venue_id, jsonb_build_object({of_venue}, 'spend', coalesce(spend, '{{}}'))
            ) AS by_venue
            FROM at_venue LEFT JOIN spent_at USING (contact_id, venue_id) GROUP BY contact_id
        ),
        money AS (
            SELECT contact_id, currency, {sums}, max(last_purchase_on) AS last_purchase_on FROM fact
            WHERE {bought} GROUP BY contact_id, currency
        ),
        main AS (
            SELECT DISTINCT ON (contact_id) contact_id, currency, spend_minor, purchase_count,
                (jsonb_object_agg(currency, jsonb_build_object({of_money})) OVER (PARTITION BY contact_id)) AS by_currency
            FROM money ORDER BY contact_id, last_purchase_on DESC, currency
        ),
        rhythm AS (
            SELECT contact_id, (max(day) - min(day))::float8 / nullif(count(*) - 1, 0) AS interval_days
            FROM ({days()}) AS days GROUP BY contact_id
        ),
        opinion AS ({_opinions()})
    """  # noqa: S608 (as above)


def days() -> str:
    """SELECTs of (contact_id, day): the distinct local days with a purchase or an arrived booking, WiFi alone being none.

    $1 is the tenant, $2 the contacts.
    """
    kinds = ", ".join(f"'{kind.value}'" for kind in VISITS_THAT_COUNT)
    visited = f"""
        SELECT contact_id, local_date AS day FROM {Visit._meta.db_table} visit
        WHERE visit.tenant_id = $1 AND contact_id = ANY($2) AND EXISTS (
            SELECT FROM {VisitSource._meta.db_table} source
            WHERE source.tenant_id = $1 AND source.visit_id = visit.id AND source.kind IN ({kinds})
        )
    """  # noqa: S608 (as above)
    return " UNION ".join([visited, *(own for facet in facets.registered() for own in facet.purchase_days())])


def _opinions() -> str:
    private = f"source = '{ReviewSource.PRIVATE.value}'"
    latest = "(array_agg(rating ORDER BY reviewed_at DESC, id DESC) FILTER (WHERE {of}))[1]"
    newest = latest.format(of=private)
    google = latest.format(of=f"source = '{ReviewSource.GOOGLE.value}'")
    earlier = (
        f"(sum(rating) FILTER (WHERE {private}) - {newest})::float8 / nullif(count(*) FILTER (WHERE {private}) - 1, 0)"
    )
    return f"""
        SELECT contact_id, count(*) FILTER (WHERE {private}) AS review_count,
            avg(rating) FILTER (WHERE {private})::float8 AS review_average,
            {newest} <= {earlier} - {FALL} AS is_rating_falling, {google} AS google_rating
        FROM {Review._meta.db_table} WHERE tenant_id = $1 AND contact_id = ANY($2) GROUP BY contact_id
    """  # noqa: S608 (as above)


def of_new(contact: Contact, venue: Venue, brings: Mapping[str, Any]) -> ContactStats:
    """The counters of a contact who is new, and whose one fact `brings` these counts at the venue, or nothing.

    What a recount would find, which need not be asked: no other fact is there yet, and a single one sets no tag.
    """
    by_venue = {str(venue.pk): {**{name: brings.get(name, 0) for name in COUNTS}, "spend": {}}} if brings else {}
    return ContactStats(contact_id=contact.pk, **brings, by_venue=by_venue)


def no_show_rates(contact_ids: Iterable[UUID]) -> dict[UUID, float]:
    """The no-show rate of the last 180 days of these contacts, for those that have one. Read as of now, never stored."""
    return dict(rows.run(rates(), scope.tenant_id(), list(contact_ids), timezone.now()))


@functools.cache
def rates() -> str:
    """A SELECT of (contact_id, rate): the no-show rates at the instant $3. $1 is the tenant, $2 the contacts."""
    due = " UNION ALL ".join(own for facet in facets.registered() for own in facet.came_due())
    return f"""
        SELECT contact_id, avg(is_no_show::integer)::float8 AS rate
        FROM ({due}) AS due (contact_id, is_no_show) GROUP BY contact_id
    """  # noqa: S608 (our own tables)
