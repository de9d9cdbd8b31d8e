"""What orders and receipts hold on people: where to look, what a guest is handed, what counts as activity (R-PRIV-1, R-PRIV-2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from crm import activity, data_export, facts, holdings
from crm.data_export import grouped, listed
from crm.facts import Snapshots
from crm.holdings import Place
from orders import erasing
from orders.models import (
    BlockedAddress,
    FixedDiscount,
    Order,
    OrderAttempt,
    OrderingBlock,
    OrderLine,
    Receipt,
    ReceiptLine,
    Refund,
)

HOLDINGS = (
    Place(
        "order",
        f"{Order._meta.db_table} LEFT JOIN ("  # noqa: S608 (our own tables)
        f"SELECT order_id, string_agg(reason, ' ~ ') AS reasons FROM {Refund._meta.db_table} "
        "WHERE tenant_id = $1 AND reason <> '' GROUP BY order_id) AS refunds ON order_id = id",
        holdings.snapshot("notes", "reasons"),
        "placed_at",
        state="status",
    ),
    Place("receipt", Receipt._meta.db_table, holdings.snapshot(), "closed_at"),
    Place("ordering_block", BlockedAddress._meta.db_table, "''", "blocked_at", contact="NULL::uuid", hash="digest"),
)
SNAPSHOTS = (
    Snapshots(erasing.ORDER, Order, "placed_at", facts.NEXT_VERSION),
    Snapshots(erasing.RECEIPT, Receipt, "closed_at", facts.NEXT_VERSION),
)
ACTIVITY = tuple(
    activity.rows_since(table, at)
    for table, at in (
        (Order, "placed_at"),
        (Order, "fulfilled_at"),
        (Receipt, "closed_at"),
        (OrderAttempt, "attempted_at"),
    )
)
ORDER = (
    *(
        "id",
        "venue__name",
        "kind",
        "channel",
        "status",
        "provider",
        "external_id",
        "placed_at",
        "fulfilled_at",
        "notes",
    ),
    *("guest", "taxes", "tip_minor", "discount_minor", "total_minor", "refunded_minor", "currency", "created_at"),
)
RECEIPT = (
    *("id", "venue__name", "order_id", "provider", "external_id", "closed_at", "guest", "taxes", "tip_minor"),
    *("discount_minor", "net_minor", "total_minor", "currency", "voided_at", "created_at"),
)
LINE = ("name", "quantity", "unit_price_minor", "category")


def export(contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
    own = data_export.facts(contact_ids, nobodys)
    return {
        "orders": _orders(own),
        "receipts": _receipts(own),
        "ordering_blocks": listed(
            OrderingBlock.objects.filter(contact__in=contact_ids).order_by("blocked_at"), "blocked_at"
        ),
        "ordering_attempts": listed(
            OrderAttempt.objects.filter(contact__in=contact_ids).order_by("attempted_at", "pk"),
            *("venue__name", "attempted_at", "kind", "total_minor", "currency"),
        ),
        "fixed_discounts": listed(
            FixedDiscount.objects.filter(contact__in=contact_ids).order_by("set_at"), "discount__name", "set_at"
        ),
    }


def _orders(own: Q) -> list[dict[str, Any]]:
    found = listed(Order.objects.filter(own).order_by("placed_at", "pk"), *ORDER)
    ids = [one["id"] for one in found]
    lines = OrderLine.objects.filter(order__in=ids).order_by("position")
    refunds = Refund.objects.filter(order__in=ids).order_by("refunded_at", "pk")
    items = grouped(lines.values("order_id", *LINE), "order_id")
    returned = grouped(refunds.values("order_id", "amount_minor", "reason", "refunded_at"), "order_id")
    return [{**one, "items": items.get(one["id"], []), "refunds": returned.get(one["id"], [])} for one in found]


def _receipts(own: Q) -> list[dict[str, Any]]:
    found = listed(Receipt.objects.filter(own).order_by("closed_at", "pk"), *RECEIPT)
    lines = ReceiptLine.objects.filter(receipt__in=[one["id"] for one in found]).order_by("position")
    by_receipt = grouped(lines.values("receipt_id", *LINE, "total_minor"), "receipt_id")
    return [{**one, "lines": by_receipt.get(one["id"], [])} for one in found]
