"""Filters by a figure of a contact between two ends (R-CRM-5), whose index gives the candidates (crm.gathering).

What was imported counts as well (R-IO-2), which no index of the figures knows: who has an imported baseline is a candidate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Value
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from crm.gathering import Candidates, Contacts, Select
from crm.models import Contact, ContactStats
from tenants import scope

# What every column of the figures can hold.
LARGEST = 2**31 - 1
# As the condition of the index of those who have one.
HAS_BASELINE = (
    "(imported_visit_count > 0 OR imported_order_count > 0 OR imported_spend_minor <> 0 "
    "OR imported_last_visit_on IS NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class Range:
    """The filters `least` and `most` of a column of ContactStats; `only` is the condition of its index.

    `imported` is the column of Contact that is added.
    """

    column: str
    least: str = ""
    most: str = ""
    only: str = ""
    imported: str = ""

    def at_least(self, contacts: Contacts, value: Any) -> Contacts:
        return contacts.filter(GreaterThanOrEqual(self._own() + self._added(), value))

    def at_most(self, contacts: Contacts, value: Any) -> Contacts:
        return contacts.filter(LessThanOrEqual(self._added() + self._own(), value))

    # A sum, which no index serves: the server would seek an index anew for each contact. The other way round for the other
    # end: of two ends of one sum it expects next to none between them, and reads all contacts.
    def _own(self) -> F:
        return F(f"stats__{self.column}")

    def _added(self) -> F | Value:
        return F(self.imported) if self.imported else Value(0)

    def is_given(self, given: Mapping[str, Any]) -> bool:
        return given.get(self.least) is not None or given.get(self.most) is not None

    def keeps_apart(self, given: Mapping[str, Any]) -> bool:
        """Whether those who have nothing are left out: they would be nearly all."""
        return bool(given.get(self.least)) or (given.get(self.most) is not None and bool(self.only))

    def conditions(self, given: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
        """Of who has no imported baseline, in the columns that indexes have."""
        ends = ((">=", _at_least(given.get(self.least))), ("<=", _at_most(given.get(self.most))))
        known = [(sign, end) for sign, end in ends if end is not None]
        conditions = [f"{self.column} {sign} %s" for sign, _end in known]
        return [*conditions, *([self.only] if self.only else [])], [end for _sign, end in known]


def candidates(ranges: Iterable[Range], given: Mapping[str, Any]) -> list[Candidates]:
    """Those between all the ends that are given; none where nothing keeps apart those who have nothing.

    All the figures are of one row, so that one SELECT asks for them together; but how many there are is counted by one of them,
    whose index answers.
    """
    asked = [one for one in ranges if one.is_given(given)]
    ids = _select(asked, asked, given)
    return [Candidates(ids, _select([one], asked, given)) for one in asked if one.keeps_apart(given)]


def _select(ranges: Iterable[Range], asked: Iterable[Range], given: Mapping[str, Any]) -> Select:
    """The ids of those whom these ranges leave, and of all with an imported baseline if one that is asked adds it."""
    conditions, values = ["tenant_id = %s"], [scope.tenant_id()]
    for one in ranges:
        own, ends = one.conditions(given)
        conditions += own
        values += ends
    ids = f"SELECT contact_id FROM {ContactStats._meta.db_table} WHERE {' AND '.join(conditions)}"  # noqa: S608 (our own names)
    if any(one.imported for one in asked):
        ids += f" UNION ALL SELECT id FROM {Contact._meta.db_table} WHERE tenant_id = %s AND {HAS_BASELINE}"  # noqa: S608
        values.append(scope.tenant_id())
    return Select(ids, tuple(values))


def _at_least(end: Any) -> Any:
    return min(math.floor(end), LARGEST) if isinstance(end, Decimal) else end


def _at_most(end: Any) -> Any:
    if not isinstance(end, Decimal):
        return end
    return math.ceil(end) if end <= LARGEST else None
