"""The fixed discount of an order's guest, taken off once (R-ORDER-3; source U).

For a guest who is logged in a trusted key has taken it off at once, as its quote said: then it is only written down. Any
other order gets it when staff accept it, never in the public answer. What remains after other discounts is the most it
takes off; taxes stay as they were sent.
"""

from __future__ import annotations

import datetime

from audit import recording
from audit.actions import Action
from orders import discounts, quoting, standing
from orders.models import AppliedDiscount, Discount, Order, OrderLine

MONEY_FIELDS = ("discount_minor", "total_minor")


def at_taking(order: Order, *, items_minor: int) -> list[AppliedDiscount]:
    """The note that a new order already has its guest's discount: sent by a trusted key, and as large. To be inserted."""
    discount = _of(order) if order.discount_minor and quoting.is_trusted() else None
    if discount is None:
        return []
    amount = discounts.reduction(discount, items_minor=items_minor, currency=order.currency)
    return [_note(order, discount, amount, order.created_at)] if 0 < amount <= order.discount_minor else []


def at_acceptance(order: Order, *, at: datetime.datetime) -> None:
    """Take the discount off an order that staff accept, unless it has it; MONEY_FIELDS are to be saved. The order is locked.

    Money that went back already was reckoned without it: such an order stays as it is.
    """
    discount = None if order.refunded_minor else _of(order)
    if discount is None or AppliedDiscount.objects.filter(order=order).exists():
        return
    items = sum(line.quantity * line.unit_price_minor for line in OrderLine.objects.filter(order=order))
    left = max(items - order.discount_minor, 0)
    amount = discounts.reduction(discount, items_minor=left, currency=order.currency)
    if not amount:
        return
    before = _money(order)
    order.discount_minor += amount
    order.total_minor -= amount
    _note(order, discount, amount, at).save(force_insert=True)
    recording.record(Action.ORDER_UPDATED, order, before=before, after=_money(order), venue_id=order.venue_id)


def _of(order: Order) -> Discount | None:
    if order.contact_id is None:
        return None
    found = standing.of([order.contact_id]).get(order.contact_id, standing.NOTHING_SPECIAL).fixed_discount
    return None if found is None else discounts.kept(found.pk)


def _note(order: Order, discount: Discount, amount: int, at: datetime.datetime) -> AppliedDiscount:
    return AppliedDiscount(order=order, discount_id=discount.pk, name=discount.name, amount_minor=amount, applied_at=at)


def _money(order: Order) -> dict[str, int]:
    return {name: getattr(order, name) for name in MONEY_FIELDS}
