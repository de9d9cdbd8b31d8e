"""A fulfilled order is a visit on the venue's day of its fulfilment; any other is none (R-VISIT-1, R-VISIT-2, R-VISIT-3)."""

from __future__ import annotations

from uuid import UUID

from crm import statistics, visits
from crm.models import VisitSourceKind
from orders.models import Order, OrderStatus


def follow(order: Order, *payers: UUID) -> None:
    """Let visits and statistics follow an order that changed. The contact is locked, and so are the `payers`.

    They are the contacts of its receipts, which count or not as the order's status says (orders.same_purchase).
    """
    count(order)
    statistics.refresh(*payers, *([order.contact_id] if order.contact_id else []))


def count(order: Order) -> None:
    """Make the visits say what the order's status, day and contact say. The caller has locked the contact."""
    is_visit = order.status == OrderStatus.FULFILLED and order.contact is not None
    if is_visit and order.service_date is not None and order.fulfilled_at is not None:
        visits.record(
            order.contact,
            order.venue,
            local_date=order.service_date,
            kind=VisitSourceKind.ORDER,
            source_id=order.pk,
            at=order.fulfilled_at,
        )
    else:
        visits.withdraw(kind=VisitSourceKind.ORDER, source_id=order.pk)
