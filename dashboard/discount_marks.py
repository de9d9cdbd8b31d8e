"""A contact's fixed discount in words: its name and what it takes off (R-ORDER-3)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from dashboard.templatetags.coperto import money, percent
from orders.models import Discount, DiscountKind, FixedDiscount


def of(contact_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The active fixed discounts of these contacts, for those that have one."""
    held = FixedDiscount.objects.filter(contact__in=list(contact_ids), discount__is_active=True)
    return {one.contact_id: words(one.discount) for one in held.select_related("discount")}


def words(discount: Discount) -> str:
    """`Neighbors, 10%`, `Friends, 5 €`."""
    return f"{discount.name}, {takes_off(discount)}"


def takes_off(discount: Discount) -> str:
    """`10%`, `5 €`."""
    if discount.kind == DiscountKind.PERCENT:
        return percent((discount.percent or 0) / 100)
    return money(discount.amount_minor, discount.currency)
