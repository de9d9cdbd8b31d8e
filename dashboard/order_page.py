"""An order as its own page shows it: what was ordered, what it cost, what became of it (R-ORDER-1, R-ORDER-4)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from audit import reading
from audit.actions import Action
from audit.models import AuditEntry
from crm.channel import Channel
from dashboard import order_words
from dashboard.order_board import Row, known_of
from dashboard.tabs import orders as order_tab
from orders.models import AppliedDiscount, Order, OrderLine, OrderStatus, Receipt, ReceiptLine, Refund


def content(order: Order) -> dict[str, Any]:
    """The context of `dashboard/orders/order.html`, without its forms. Venue, contact and its statistics are loaded."""
    row = Row(order, order.venue, timezone.now(), known_of(order), [])
    lines = OrderLine.objects.filter(order=order).order_by("position")
    items = [{"line": line, "total_minor": line.quantity * line.unit_price_minor} for line in lines]
    zone = order.venue.zone
    refunds = Refund.objects.filter(order=order).order_by("refunded_at", "id")
    return {
        "row": row,
        "order": order,
        "tone": order_words.TONES.get(OrderStatus(order.status), ""),
        "channel_label": Channel(order.channel).label,
        "items": items,
        "items_minor": sum(one["total_minor"] for one in items),
        "discount_name": AppliedDiscount.objects.filter(order=order).values_list("name", flat=True).first() or "",
        "refunds": [{"refund": one, "at": one.refunded_at.astimezone(zone)} for one in refunds],
        "left_minor": order.total_minor - order.refunded_minor,
        "history": _history(order),
        "receipts": _receipts(order),
        "other_name": _other_name(order),
        "is_contact_gone": order.contact is not None and not order.contact.is_active,
    }


def _other_name(order: Order) -> str:
    """The contact's name where the order came with another one."""
    name = str(order.contact) if order.contact is not None else ""
    return "" if name.casefold() == order.guest_name.casefold() else name


def _history(order: Order) -> list[dict[str, Any]]:
    """Which status it took when and by whom, from the trail."""
    entries = list(reading.entries(reading.Question(object_type="order", object_id=order.pk)))
    told = [_step(entry, order) for entry in reversed(entries)]
    return [step for step in told if step is not None]


def _step(entry: AuditEntry, order: Order) -> dict[str, Any] | None:
    before, after = entry.before or {}, entry.after or {}
    status = after.get("status")
    if entry.action == Action.ORDER_CREATED:
        label, at = _("Placed"), order.placed_at
    elif not status or status == before.get("status"):
        return None
    else:
        label, at = str(OrderStatus(status).label), _instant(after.get("at")) or entry.created_at
    return {"label": label, "at": at.astimezone(order.venue.zone), "who": entry.actor_label}


def _instant(text: str | None) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text) if text else None


def _receipts(order: Order) -> list[dict[str, Any]]:
    found = list(Receipt.objects.filter(order=order).select_related("venue").order_by("closed_at", "id"))
    lines: dict[UUID, list[ReceiptLine]] = defaultdict(list)
    for line in ReceiptLine.objects.filter(receipt__in=[one.pk for one in found]).order_by("receipt", "position"):
        lines[line.receipt_id].append(line)
    return [order_tab.receipt(one, lines[one.pk]) for one in found]
