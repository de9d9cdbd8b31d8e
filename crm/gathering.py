"""The way to the contacts that filters leave: the list is walked in its order, or few are gathered and sorted (R-CRM-5).

A walk looks at one contact after the other until the page is full: quick where many are left, endless where few are. The
server cannot tell, since a filter by what was bought or imported is no plain column. So filters name their candidates, whom an
index gives: so few of them are gathered, and everything else is asked of those. Of more than few, a sample tells whether a
walk meets enough before it has looked at as many. It is taken from the middle of the alphabet: before it stand those without
a name, who bought nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from crm import search
from crm.models import Contact, ContactState
from tenants import scope

# So few are read and sorted sooner than a walk through a long list meets a page of them; more than the most never are.
FEW, MOST = 2_500, 20_000
# Who is gathered is looked up by id, which costs more than the next of a walk.
PAGE, LOOKED_UP = 51, 1.6
MIDDLE, SAMPLE = "m", 500
# With so many in the sample, a walk meets a page sooner than a few are looked up.
MANY_IN_IT = math.ceil(PAGE * SAMPLE / (FEW * LOOKED_UP))

Contacts = QuerySet[Contact, Any]


class Select(NamedTuple):
    text: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """All contacts whom filters find are among these `ids`, and perhaps some others.

    `looked_at` is a SELECT of as many rows or more that costs less to count, since an index alone answers it.
    """

    ids: Select
    looked_at: Select


def narrow(contacts: Contacts, candidates: Sequence[Candidates], *, is_search: bool = False) -> Contacts:
    """The same contacts, by the shorter way. `contacts` is filtered already; a search has looked for few by itself."""
    if not candidates:
        return contacts
    count, fewest = _fewest(candidates, FEW)
    if count > FEW:
        met = MANY_IN_IT if is_search else _met(contacts)
        if met >= MANY_IN_IT:
            return contacts
        worth = min(int(PAGE * SAMPLE / (met * LOOKED_UP)), MOST) if met else MOST
        count, fewest = _fewest(candidates, worth)
        if count > worth:
            return contacts
    ids, values = fewest.ids
    return contacts.filter(search.among(RawSQL(f"ARRAY({ids})", values)))  # noqa: S611 (our own statement)


def _fewest(candidates: Sequence[Candidates], most: int) -> tuple[int, Candidates]:
    """The filter with the fewest candidates, and how many they are: more than `most` is one more.

    The values stand in the statement: planned for any value, it could not use an index of those who have some.
    """
    counted = [
        f"(SELECT count(*) FROM ({one.looked_at.text} LIMIT {most + 1}) AS own)"  # noqa: S608 (our own statements)
        for one in candidates
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counted)}", [value for one in candidates for value in one.looked_at.values])
        return min(zip(cursor.fetchone(), candidates, strict=True), key=lambda one: one[0])


def _met(contacts: Contacts) -> int:
    """How many of these are in the sample, as far as it matters."""
    return len(contacts.filter(search.among(_sample())).order_by().values_list("pk")[:MANY_IN_IT])


def _sample() -> RawSQL:
    own = f"SELECT id FROM {Contact._meta.db_table} WHERE tenant_id = %s AND state = '{ContactState.ACTIVE.value}'"  # noqa: S608
    statement = f"ARRAY({own} AND sort_name >= %s ORDER BY sort_name, id LIMIT {SAMPLE})"
    return RawSQL(statement, [scope.tenant_id(), MIDDLE])  # noqa: S611 (our own statement)
