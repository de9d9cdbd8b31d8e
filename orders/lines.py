"""The lines of an order, and the keys by which buyers of an item or category are found (R-ORDER-1, R-CRM-5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm import search_text
from orders.models import Order, OrderLine
from orders.totals import Amounts, Item, Tax

KEY_LENGTH = 120


def key(text: str) -> str:
    """A name as it is compared: without case, accents and doubled spaces."""
    return " ".join(search_text.fold(text).split())[:KEY_LENGTH]


def of(order: Order, items: Iterable[Item]) -> list[OrderLine]:
    """The rows of these items."""
    return [
        OrderLine(
            order=order,
            position=position,
            name=item.name,
            quantity=item.quantity,
            unit_price_minor=item.unit_price_minor,
            category=item.category,
            item_key=key(item.name),
            category_key=key(item.category),
        )
        for position, item in enumerate(items)
    ]


def amounts(order: Order) -> Amounts:
    """What the order says it costs."""
    rows = sorted(order.lines.all(), key=lambda line: line.position)
    return Amounts(
        items=tuple(Item(row.name, row.quantity, row.unit_price_minor, row.category) for row in rows),
        total_minor=order.total_minor,
        taxes=tuple(Tax(**tax) for tax in order.taxes),
        discount_minor=order.discount_minor,
        tip_minor=order.tip_minor,
    )


def taxes(amounts: Amounts) -> list[dict[str, Any]]:
    """The taxes as the order keeps them."""
    names = ("name", "amount_minor", "is_included")
    return [{name: getattr(tax, name) for name in names} for tax in amounts.taxes]
