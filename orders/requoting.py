"""What an open order costs once staff have changed its items (R-ORDER-1, R-ORDER-3; ours).

The guest's fixed discount is reckoned anew; another discount stays, as far as the items reach; taxes are as staff say; the
tip stays; the total follows.
"""

from __future__ import annotations

from orders import discounts
from orders.models import AppliedDiscount, Order
from orders.totals import Amounts, Item, Tax


def amounts(order: Order, items: tuple[Item, ...], taxes: tuple[Tax, ...]) -> Amounts:
    """The amounts with these items and taxes, which add up. Nothing is saved."""
    fixed = fixed_discount_of(order)
    items_minor = sum(item.quantity * item.unit_price_minor for item in items)
    others = min(order.discount_minor - (0 if fixed is None else fixed.amount_minor), items_minor)
    own = 0 if fixed is None else _reduction(fixed, order.currency, left=items_minor - others)
    found = Amounts(items, 0, taxes, discount_minor=others + own, tip_minor=order.tip_minor)
    return Amounts(items, found.expected_minor, taxes, found.discount_minor, found.tip_minor)


def follow(order: Order, *, former_discount_minor: int) -> None:
    """Let the note of the order's fixed discount say what it takes off now: by an edit no other discount grows."""
    fixed = fixed_discount_of(order)
    if fixed is None or order.discount_minor == former_discount_minor:
        return
    others = former_discount_minor - fixed.amount_minor
    fixed.amount_minor = max(order.discount_minor - others, 0)
    fixed.save(update_fields=["amount_minor"])


def fixed_discount_of(order: Order) -> AppliedDiscount | None:
    """The guest's fixed discount, where the order was given it."""
    found: AppliedDiscount | None = AppliedDiscount.objects.select_related("discount").filter(order=order).first()
    return found


def _reduction(fixed: AppliedDiscount, currency: str, *, left: int) -> int:
    """What it takes off so much. One that is gone from the list, or not in use any more, stays as it was given."""
    discount = fixed.discount
    if discount is None or not discount.is_active:
        return min(fixed.amount_minor, left)
    return discounts.reduction(discount, items_minor=left, currency=currency)
