"""What there is between a guest and the house: the last day they bought or sat at a table and whether something is under way,
as the suggested message asks it (R-CRM-7), and how often they stay away (R-CRM-2). The facts of every app, in one statement."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from crm import facets, statistics
from crm.models import NEVER, ContactStats, Visit, VisitSource
from tenants.questions import Question, Rows


@dataclass(frozen=True, slots=True)
class Dealings:
    """`last_day` is the venue's day of the last purchase or arrived booking; `under_way` a word such as booking or order.

    `no_show_rate` is that of the last 180 days, None when nothing came due.
    """

    last_day: datetime.date | None = None
    under_way: str = ""
    no_show_rate: float | None = None


def of(contact_ids: Iterable[UUID], *, at: datetime.datetime) -> dict[UUID, Dealings]:
    """The dealings of these contacts; who has none is left out. One query."""
    return DEALINGS.ask(list(contact_ids), at)


def _by_contact(found: Rows) -> dict[UUID, Dealings]:
    return {contact_id: Dealings(last_day, under_way or "", rate) for contact_id, last_day, under_way, rate in found}


@functools.cache
def _statement() -> str:
    """$1 is the tenant, $2 the contacts, $3 the instant."""
    under_way = " UNION ALL ".join(own for facet in facets.registered() for own in facet.open_facts())
    return f"""
        SELECT contact_id, max(day), min(what), max(rate) FROM (
            SELECT contact_id, day, NULL::text AS what, NULL::float8 AS rate FROM ({_past()}) AS past
            UNION ALL SELECT contact_id, NULL::date, what, NULL::float8 FROM ({under_way}) AS present (contact_id, what)
            UNION ALL SELECT contact_id, NULL::date, NULL::text, rate FROM ({statistics.rates()}) AS absent
        ) AS dealing GROUP BY contact_id
    """  # noqa: S608 (our own tables)


def _past() -> str:
    """The last purchase is among the statistics. Of the visits the latest are looked at until one is not of WiFi alone."""
    kinds = ", ".join(f"'{kind.value}'" for kind in statistics.VISITS_THAT_COUNT)
    return f"""
        SELECT stats.contact_id, greatest(nullif(last_purchase_on, '{NEVER.isoformat()}'::date), arrived.local_date) AS day
        FROM {ContactStats._meta.db_table} stats LEFT JOIN LATERAL (
            SELECT local_date FROM (
                SELECT id, local_date FROM {Visit._meta.db_table}
                WHERE tenant_id = $1 AND contact_id = stats.contact_id ORDER BY local_date DESC OFFSET 0
            ) AS visit WHERE EXISTS (
                SELECT FROM {VisitSource._meta.db_table} source
                WHERE source.tenant_id = $1 AND source.visit_id = visit.id AND source.kind IN ({kinds})
            ) ORDER BY local_date DESC LIMIT 1
        ) AS arrived ON TRUE WHERE stats.tenant_id = $1 AND stats.contact_id = ANY($2)
    """  # noqa: S608 (as above)


DEALINGS = Question(_statement, 4, _by_contact)
