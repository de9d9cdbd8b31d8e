"""The way to the contacts that filters leave: the list is walked in its order, or few are gathered and sorted (R-CRM-5).

A walk looks at one contact after the other until the page is full: quick where many are left, endless where few are. The
server cannot tell, since a filter by what was bought or imported is no plain column. So filters name their candidates, whom an
index gives: so few of them are gathered, and everything else is asked of those. Of more than few, a sample tells whether a
walk soon meets enough. It is taken from the middle of the alphabet: before it stand those without a name, who bought nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from crm import search
from crm.models import Contact, ContactState
from tenants import scope

# So few are read and sorted in ten milliseconds; of more than the most, it would take longer than a walk.
FEW, MOST = 2_000, 20_000
# With five among the first thousand of the middle, a walk meets fifty within ten thousand.
MIDDLE, SAMPLE, MANY_IN_IT = "m", 1_000, 5

Contacts = QuerySet[Contact, Any]


@dataclass(frozen=True, slots=True)
class Candidates:
    """All contacts whom a filter finds are among these, and perhaps some others: a SELECT of ids with its values.

    `looked_at` is a SELECT, with the same values, of as many rows that costs less to count.
    """

    ids: str
    values: tuple[Any, ...]
    looked_at: str = ""


def narrow(contacts: Contacts, candidates: Sequence[Candidates], *, is_search: bool = False) -> Contacts:
    """The same contacts, by the shorter way. `contacts` is filtered already; a search has looked for few by itself."""
    if not candidates:
        return contacts
    count, fewest = _fewest(candidates, FEW)
    if count > FEW:
        if is_search or _are_many(contacts):
            return contacts
        count, fewest = _fewest(candidates, MOST)
        if count > MOST:
            return contacts
    return contacts.filter(search.among(RawSQL(f"ARRAY({fewest.ids})", fewest.values)))  # noqa: S611 (our own statement)


def _fewest(candidates: Sequence[Candidates], most: int) -> tuple[int, Candidates]:
    """The filter with the fewest candidates, and how many they are: more than `most` is one more.

    The values stand in the statement: planned for any value, it could not use an index of those who have some.
    """
    counted = [
        f"(SELECT count(*) FROM ({one.looked_at or one.ids} LIMIT {most + 1}) AS own)"  # noqa: S608 (our own statements)
        for one in candidates
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counted)}", [value for one in candidates for value in one.values])
        return min(zip(cursor.fetchone(), candidates, strict=True), key=lambda one: one[0])


def _are_many(contacts: Contacts) -> bool:
    """Whether a walk soon meets enough of these."""
    return len(contacts.filter(search.among(_sample())).order_by().values_list("pk")[:MANY_IN_IT]) == MANY_IN_IT


def _sample() -> RawSQL:
    own = f"SELECT id FROM {Contact._meta.db_table} WHERE tenant_id = %s AND state = '{ContactState.ACTIVE.value}'"  # noqa: S608
    statement = f"ARRAY({own} AND sort_name >= %s ORDER BY sort_name, id LIMIT {SAMPLE})"
    return RawSQL(statement, [scope.tenant_id(), MIDDLE])  # noqa: S611 (our own statement)
