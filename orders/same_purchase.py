"""An order and the till's receipts of it are one purchase (R-CRM-2): the order once it was fulfilled, the receipts until then.

So a receipt counts unless it is voided or its order was fulfilled; a refunded order was, and what went back with it does not
come again by its receipt. A receipt may name another guest than its order: when the order's status changes, what the guests of
its receipts spent may change as well.
"""

from __future__ import annotations

from uuid import UUID

from crm import fact_locking
from orders.models import Order, OrderStatus, Receipt

WAS_FULFILLED = (OrderStatus.FULFILLED, OrderStatus.REFUNDED)
_STATUSES = ", ".join(f"'{status.value}'" for status in WAS_FULFILLED)

# A condition on rows of `receipt`, for our own statements. By a value of each row, which the server looks up by the order's
# id: of EXISTS it may make a join with all orders.
COUNTS = f"""
    receipt.voided_at IS NULL AND (receipt.order_id IS NULL OR coalesce((
        SELECT status FROM {Order._meta.db_table} own_order
        WHERE own_order.tenant_id = receipt.tenant_id AND own_order.id = receipt.order_id
    ), '') NOT IN ({_STATUSES}))
"""  # noqa: S608 (our own tables)
# Receipts that are no purchase any more, whatever their order was: voided, or of an order that was refunded whole.
UNDONE = f"""
    SELECT receipt.tenant_id, receipt.id FROM {Receipt._meta.db_table} receipt
    WHERE receipt.voided_at IS NOT NULL OR (
        SELECT status FROM {Order._meta.db_table} own_order
        WHERE own_order.tenant_id = receipt.tenant_id AND own_order.id = receipt.order_id
    ) = '{OrderStatus.REFUNDED.value}'
"""  # noqa: S608 (our own tables)


def lock(order: Order) -> tuple[Order, set[UUID]]:
    """Lock an order's contact and those of its receipts, the order, and its receipts; the order as it is now, and the latter.

    A new receipt of the order waits for it, as does one that is given to somebody else.
    """
    return fact_locking.lock_with_others(order, _lock_receipts)


def hold(order: Order) -> None:
    """Let the order keep its status while it gets a receipt, whose contact is locked already."""
    Order.objects.filter(pk=order.pk).select_for_update(no_key=True).values_list("pk").get()


def _lock_receipts(order: Order) -> set[UUID]:
    receipts = Receipt.objects.filter(order=order).order_by("pk").select_for_update(no_key=True)
    return {holder for holder in receipts.values_list("contact", flat=True) if holder is not None}
