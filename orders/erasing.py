"""What erasing a guest leaves of orders and receipts: what was bought, for how much and when, of nobody (R-PRIV-1).

The number under which a till or a portal knows an order stays, or the same order would come in a second time.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from crm.facets import Upcoming
from orders import fulfilment, remembered_blocks
from orders.models import OPEN, FixedDiscount, Order, OrderStatus, Receipt, Refund
from tenants.base import TenantModel

# One that nobody closed stays open for ever: after a month nobody waits for it any more.
UNDER_WAY_FOR = datetime.timedelta(days=30)
WIPED_ORDER: dict[str, Any] = {"guest": {}, "notes": ""}
WIPED_RECEIPT: dict[str, Any] = {"guest": {}}
ORDER, RECEIPT = "order", "receipt"


def upcoming(which: Q, *, at: datetime.datetime) -> Iterable[Upcoming]:
    """Orders that are not settled. They are over with the day they were placed on, or today."""
    still = Order.objects.filter(which, status__in=OPEN, placed_at__gte=at - UNDER_WAY_FOR)
    for order in still.select_related("venue").order_by("placed_at", "pk"):
        on = order.venue.local_day(max(order.placed_at, at))
        yield Upcoming(ORDER, order.pk, order.venue_id, order.placed_at, on)


def lock_payers(which: Q) -> set[UUID]:
    """Lock these orders while they are not settled, and their receipts, and say whose the receipts are: while the order is not
    fulfilled, they spent what stands on them (orders.same_purchase)."""
    open_ones = Order.objects.filter(which, status__in=OPEN).order_by("pk").select_for_update(no_key=True)
    receipts = Receipt.objects.filter(order__in=list(open_ones.values_list("pk", flat=True)))
    held = receipts.order_by("pk").select_for_update(no_key=True).values_list("contact", flat=True)
    return {holder for holder in held if holder is not None}


def call_off(facts: Collection[Upcoming], *, at: datetime.datetime) -> None:
    for order in Order.objects.filter(pk__in=[fact.id for fact in facts if fact.kind == ORDER]).order_by("pk"):
        fulfilment.set_status(order, OrderStatus.CANCELLED, at=at)


def erase(contact_ids: Sequence[UUID]) -> None:
    """Wipe the orders and receipts of these contacts; a receipt of nobody's goes with the order it is of."""
    remembered_blocks.remember(contact_ids)
    FixedDiscount.objects.filter(contact__in=contact_ids).delete()
    _wipe_orders(Q(contact__in=contact_ids))
    _wipe(Receipt, Q(contact__in=contact_ids), WIPED_RECEIPT)
    of_orders = Order.objects.filter(contact__in=contact_ids).values("pk")
    _wipe(Receipt, Q(contact=None, order__in=of_orders), WIPED_RECEIPT)


def erase_fact(kind: str, fact_id: UUID) -> bool:
    if kind == ORDER:
        return _wipe_orders(Q(pk=fact_id)) > 0
    return kind == RECEIPT and _wipe(Receipt, Q(pk=fact_id), WIPED_RECEIPT) > 0


def _wipe_orders(which: Q) -> int:
    Refund.objects.filter(order__in=Order.objects.filter(which)).exclude(reason="").update(reason="")
    return _wipe(Order, which, WIPED_ORDER)


def _wipe(model: type[TenantModel], which: Q, wiped: dict[str, Any]) -> int:
    found = model.objects.filter(which)
    return int(found.update(**wiped, version=F("version") + 1, updated_at=timezone.now()))
