"""How orders and receipts are told wherever they appear: their items in one line, their tone, their amounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from dashboard.templatetags.coperto import NARROW, amount
from orders.models import Order, OrderLine, OrderStatus, ReceiptLine

TIMES = f"{NARROW}×{NARROW}"  # noqa: RUF001 - the sign for "times"
# So many items stand in a row; the rest are folded.
ITEMS_SHOWN = 3
TONES = {
    OrderStatus.NEW: "amber",
    OrderStatus.ACCEPTED: "blue",
    OrderStatus.PREPARING: "blue",
    OrderStatus.READY: "green",
    OrderStatus.FULFILLED: "green",
    OrderStatus.REJECTED: "red",
}


def item(line: OrderLine | ReceiptLine) -> str:
    """`2 × Margherita`."""  # noqa: RUF002 - as above
    return f"{amount(line.quantity)}{TIMES}{line.name}"


def items_of(orders: Iterable[Order]) -> dict[UUID, list[str]]:
    """The items of these orders, in the order of the bill. One query for them all."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for line in OrderLine.objects.filter(order__in=[one.pk for one in orders]).order_by("order", "position"):
        found[line.order_id].append(item(line))
    return found


def entry(order: Order, items: list[str]) -> dict[str, Any]:
    """The context of `dashboard/orders/entry.html`. The order's venue is loaded."""
    status = OrderStatus(order.status)
    return {
        "id": order.pk,
        "placed_at": order.placed_at.astimezone(order.venue.zone),
        "venue": order.venue.name,
        "name": order.guest_name or (str(order.contact) if order.contact_id else ""),
        "kind_label": order.get_kind_display(),
        "items": items[:ITEMS_SHOWN],
        "more_items": max(0, len(items) - ITEMS_SHOWN),
        "total_minor": order.total_minor,
        "refunded_minor": order.refunded_minor,
        "currency": order.currency,
        "status_label": status.label,
        "tone": TONES.get(status, ""),
    }
