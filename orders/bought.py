"""Who bought an item, or of a category, in a period (R-CRM-5): by the lines of what counts as a purchase.

Names are compared without case and accents, as a whole. Item and category named together are those of one line; a period alone
is of any purchase. Both ends of a period are included, in days of the venue. Many have bought a pizza, few a truffle: a contact
met on the way through the list is asked by its own purchases; the lines, or the days, give the few (crm.gathering).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import BooleanField, F, Func, QuerySet

from crm import listing
from crm.gathering import Candidates, Select
from crm.models import Contact
from orders import lines, same_purchase
from orders.models import Order, OrderLine, OrderStatus, Receipt, ReceiptLine
from tenants import scope

Contacts = QuerySet[Contact, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """A table of purchases and that of their lines; `day` is its column, `counts` the condition of a purchase."""

    name: str
    model: type[models.Model]
    line: type[models.Model]
    day: str
    counts: str


SOURCES = (
    Source("own_order", Order, OrderLine, "service_date", f"own_order.status = '{OrderStatus.FULFILLED.value}'"),
    Source("receipt", Receipt, ReceiptLine, "business_date", same_purchase.COUNTS),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was bought, by the keys of lines, and when."""

    item: str = ""
    category: str = ""
    after: datetime.date | None = None
    before: datetime.date | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Wish:
        """From the filters' values."""
        item, category = (lines.key(values.get(name) or "") for name in ("bought_item", "bought_category"))
        return cls(item, category, values.get("bought_after"), values.get("bought_before"))

    @property
    def keys(self) -> dict[str, str]:
        named = {"item_key": self.item, "category_key": self.category}
        return {column: key for column, key in named.items() if key}

    @property
    def ends(self) -> dict[str, datetime.date]:
        given = {">=": self.after, "<=": self.before}
        return {sign: day for sign, day in given.items() if day is not None}


def narrow(contacts: Contacts, wish: Wish) -> Contacts:
    """The contacts among these that bought it. A wish for nothing leaves all of them."""
    if wish == Wish():
        return contacts
    # Where figures are asked for too, they leave out more at less cost: said of the row of figures, this is asked after them.
    return contacts.filter(_HasBought(wish, F("stats__contact_id" if listing.asks_for_figures(contacts) else "pk")))


def candidates(wish: Wish) -> Iterator[Candidates]:
    """By the lines, and by the days, of which one also asks what was bought: they are mostly the fewer."""
    if wish.keys:
        yield _by_lines(wish)
    if wish.ends:
        yield _by_days(wish)


class _HasBought(Func):
    """That a contact has such a purchase. As values, which the server looks up for one contact: of EXISTS it may make a table."""

    output_field = BooleanField()

    def __init__(self, wish: Wish, *expressions: Any) -> None:
        self.wish = wish
        super().__init__(*expressions)

    def as_sql(self, compiler: Any, connection: Any, *_own: Any, **_context: Any) -> tuple[str, Any]:
        contact, _values = compiler.compile(self.get_source_expressions()[0])
        conditions, values = [], []
        for source in SOURCES:
            asked, own = _asked(source, self.wish)
            conditions.append(f"(SELECT 1 {asked} AND {source.name}.contact_id = {contact} LIMIT 1) IS NOT NULL")
            values += own
        return f"({' OR '.join(conditions)})", values


def _asked(source: Source, wish: Wish) -> tuple[str, list[Any]]:
    """The purchases of a source that are wished for, from FROM on."""
    name, table = source.name, source.model._meta.db_table
    days, values = _ends(source, wish)
    conditions = [f"{name}.tenant_id = %s", source.counts, *days]
    values.insert(0, scope.tenant_id())
    if wish.keys:
        of_line, own = _keys(wish)
        line = f"SELECT FROM {source.line._meta.db_table} line WHERE line.{_owner(source)} = {name}.id AND {of_line}"
        conditions.append(f"EXISTS ({line})")
        values += own
    return f"FROM {table} {name} WHERE {' AND '.join(conditions)}", values


def _by_lines(wish: Wish) -> Candidates:
    of_line, own = _keys(wish)
    looked_at, ids, values = [], [], []
    for source in SOURCES:
        name, table, line = source.name, source.model._meta.db_table, source.line._meta.db_table
        looked_at.append(f"SELECT 1 FROM {line} line WHERE {of_line}")  # noqa: S608 (our own tables)
        ids.append(
            f"SELECT {name}.contact_id FROM {line} line JOIN {table} {name} ON {name}.id = line.{_owner(source)} "  # noqa: S608
            f"WHERE {of_line}"
        )
        values += own
    return Candidates(
        Select(" UNION ALL ".join(ids), tuple(values)), Select(" UNION ALL ".join(looked_at), tuple(values))
    )


def _by_days(wish: Wish) -> Candidates:
    ids, id_values, looked_at, values = [], [], [], []
    for source in SOURCES:
        name, table = source.name, source.model._meta.db_table
        asked, own = _asked(source, wish)
        ids.append(f"SELECT {name}.contact_id {asked}")
        id_values += own
        days, ends = _ends(source, wish)
        looked_at.append(f"SELECT 1 FROM {table} {name} WHERE {name}.tenant_id = %s AND {' AND '.join(days)}")  # noqa: S608
        values += [scope.tenant_id(), *ends]
    return Candidates(
        Select(" UNION ALL ".join(ids), tuple(id_values)), Select(" UNION ALL ".join(looked_at), tuple(values))
    )


def _keys(wish: Wish) -> tuple[str, list[Any]]:
    conditions = ["line.tenant_id = %s", *(f"line.{column} = %s" for column in wish.keys)]
    return " AND ".join(conditions), [scope.tenant_id(), *wish.keys.values()]


def _ends(source: Source, wish: Wish) -> tuple[list[str], list[Any]]:
    return [f"{source.name}.{source.day} {sign} %s" for sign in wish.ends], list(wish.ends.values())


def _owner(source: Source) -> str:
    return f"{source.model._meta.model_name}_id"
