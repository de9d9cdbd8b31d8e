"""Editing an order: its notes, what was ordered, and the guest data on it (R-ORDER-1, R-WRITE-3, R-WRITE-4).

What was ordered can be changed while the order is open and nothing was refunded, and must add up again: the money of a final
order changes by refunds only. The guest data go the way that crm.fact_editing says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from consent import recording as consent_recording
from consent.models import Source
from crm import fact_editing
from crm.guest_data import CrmSync, Guest
from crm.warnings import IntakeWarning
from orders import lines, presence, requoting, totals
from orders.models import Order
from orders.totals import Amounts
from tenants import rows
from tenants.refusal import Refusal

OWN_FIELDS = ("notes",)
MONEY_FIELDS = ("total_minor", "discount_minor", "tip_minor")
# What of Amounts an edit may name.
AMOUNTS = ("items", "taxes", *MONEY_FIELDS)


class OrderSettled(Refusal):
    code = "order_settled"
    status = 422
    default_message = _("What was ordered can no longer be changed: refund the order, or take a new one.")


@dataclass(frozen=True, slots=True)
class Edited:
    order: Order
    crm_sync: CrmSync
    warnings: list[IntakeWarning]


def edit(
    order: Order,
    changes: Mapping[str, Any],
    *,
    guest: Guest | None = None,
    snapshot: Mapping[str, Any] | None = None,
) -> Edited:
    """Change an order's notes and amounts (AMOUNTS) and, with `guest`, the guest data on it (`snapshot` as they came).

    Raises OrderSettled, totals.TotalMismatch, and what crm.fact_editing.carry raises.
    """
    order, book = fact_editing.lock(order, guest)
    former, now = lines.amounts(order), timezone.now()
    amounts = replace(former, **{name: changes[name] for name in AMOUNTS if name in changes})
    if amounts != former:
        _check(order, amounts)
    before = _state(order, former)
    carried = fact_editing.carry(order, guest, snapshot or {}, book=book, told_at=order.placed_at, at=now)
    if carried.reception is not None:
        consent_recording.at_edit(order, carried.reception, source=Source.ORDER, at=now)
    _assign(order, changes, amounts)
    if snapshot is not None:
        order.guest = {**order.guest, **snapshot}
    old, new = recording.changed(before, _state(order, amounts))
    if new:
        _save(order, old, new, amounts)
    return Edited(order, carried.crm_sync, carried.warnings)


def may_change_items(order: Order) -> bool:
    """Whether what was ordered can still be changed."""
    return not (order.is_final or order.refunded_minor)


def _check(order: Order, amounts: Amounts) -> None:
    if not may_change_items(order):
        raise OrderSettled
    totals.check(amounts)


def _assign(order: Order, changes: Mapping[str, Any], amounts: Amounts) -> None:
    for name in OWN_FIELDS:
        setattr(order, name, changes.get(name, getattr(order, name)))
    for name in MONEY_FIELDS:
        setattr(order, name, getattr(amounts, name))
    order.taxes = lines.taxes(amounts)


def _save(order: Order, old: dict[str, Any], new: dict[str, Any], amounts: Amounts) -> None:
    order.version += 1
    order.updated_at = timezone.now()
    order.save(update_fields=[*OWN_FIELDS, *MONEY_FIELDS, "taxes", "guest", "contact", "version", "updated_at"])
    if "items" in new:
        order.lines.all().delete()
        rows.insert(lines.of(order, amounts.items))
    if "discount_minor" in new:
        requoting.follow(order, former_discount_minor=old["discount_minor"])
    presence.follow(order)
    recording.record(Action.ORDER_UPDATED, order, before=old, after=new, venue_id=order.venue_id)


def _state(order: Order, amounts: Amounts) -> dict[str, Any]:
    state = {name: getattr(order, name) for name in (*OWN_FIELDS, "guest")}
    money = {name: getattr(amounts, name) for name in MONEY_FIELDS}
    ordered = {"items": [asdict(item) for item in amounts.items], "taxes": lines.taxes(amounts)}
    return {**state, **money, **ordered, "contact": order.contact_id}
