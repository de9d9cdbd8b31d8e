"""The orders of a contact by period and status, and its 30 newest receipts of the till (R-CRM-3)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy

from dashboard import order_filters, order_words
from dashboard.order_filters import OrderFilters
from dashboard.tabs.frame import Card, Tab
from orders.models import Order, Receipt, ReceiptLine
from tenants import keyset
from tenants.permissions import Permission

BY_PLACING = keyset.orderings(placed_at=("placed_at", "id"))
RECEIPTS_SHOWN = 30


def fill(card: Card) -> dict[str, Any]:
    filters = OrderFilters.read(card.query, today=card.home.local_day(timezone.now()))
    own = Order.objects.filter(contact=card.contact).select_related("venue", "contact")
    found = card.rows(filters.apply(own, card.home), "-placed_at", BY_PLACING)
    items = order_words.items_of(found.rows)
    return {
        "orders": [order_words.entry(one, items[one.pk]) for one in found.rows],
        "filters": filters,
        "periods": order_filters.period_choices(),
        "statuses": order_filters.status_choices(),
        "all_url": card.url("orders"),
        "older_url": card.older_url("orders", found, **filters.query()),
    }


def fill_receipts(card: Card) -> dict[str, Any]:
    own = Receipt.objects.filter(contact=card.contact).select_related("venue").order_by("-closed_at", "-id")
    shown = list(own[:RECEIPTS_SHOWN])
    lines: dict[UUID, list[ReceiptLine]] = defaultdict(list)
    for line in ReceiptLine.objects.filter(receipt__in=[one.pk for one in shown]).order_by("receipt", "position"):
        lines[line.receipt_id].append(line)
    return {"receipts": [receipt(one, lines[one.pk]) for one in shown], "shown": RECEIPTS_SHOWN}


def receipt(found: Receipt, lines: list[ReceiptLine]) -> dict[str, Any]:
    """The context of `dashboard/orders/receipt.html`. The receipt's venue is loaded."""
    return {
        "id": found.pk,
        "number": found.external_id,
        "closed_at": found.closed_at.astimezone(found.venue.zone),
        "venue": found.venue.name,
        "order_id": found.order_id,
        "is_voided": found.is_voided,
        "lines": lines,
        "categories": _by_category(lines),
        "taxes": found.taxes,
        "tip_minor": found.tip_minor,
        "discount_minor": found.discount_minor,
        "net_minor": found.net_minor,
        "total_minor": found.total_minor,
        "currency": found.currency,
    }


def _by_category(lines: list[ReceiptLine]) -> list[tuple[str, int]]:
    """What was spent by category, the largest first; lines without one come last, under no name."""
    spent: dict[str, int] = defaultdict(int)
    for line in lines:
        spent[line.category] += line.total_minor
    return sorted(spent.items(), key=lambda pair: (not pair[0], -pair[1], pair[0]))


ORDERS = Tab(
    "orders", gettext_lazy("Orders"), fill, lambda contact: contact.stats.order_count or None, Permission.ORDERS_READ
)
RECEIPTS = Tab("receipts", gettext_lazy("Receipts"), fill_receipts, permission=Permission.ORDERS_READ)
