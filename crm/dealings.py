"""What there is between a guest and the house, as the suggested message asks it (R-CRM-7): the last day they bought or sat
at a table, and whether something is under way. The facts of every app are asked in one statement."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from crm import facets, statistics
from tenants import rows, scope


@dataclass(frozen=True, slots=True)
class Dealings:
    """`last_day` is the venue's day of the last purchase or arrived booking; `under_way` a word such as booking or order."""

    last_day: datetime.date | None = None
    under_way: str = ""


def of(contact_ids: Iterable[UUID], *, at: datetime.datetime) -> dict[UUID, Dealings]:
    """The dealings of these contacts; who has none is left out. One query."""
    found = rows.run(_statement(), scope.tenant_id(), list(contact_ids), at)
    return {contact_id: Dealings(last_day, under_way or "") for contact_id, last_day, under_way in found}


@functools.cache
def _statement() -> str:
    """$1 is the tenant, $2 the contacts, $3 the instant."""
    under_way = " UNION ALL ".join(own for facet in facets.registered() for own in facet.open_facts())
    return f"""
        SELECT contact_id, max(day), min(what) FROM (
            SELECT contact_id, day, NULL::text AS what FROM ({statistics.days()}) AS past
            UNION ALL SELECT contact_id, NULL::date, what FROM ({under_way}) AS present (contact_id, what)
        ) AS dealing GROUP BY contact_id
    """  # noqa: S608 (our own tables)
