"""An order's status (R-VISIT-1, R-VISIT-3, R-ORDER-4). Any may follow any other, since mistakes happen; the visit follows.

Only `refunded` is no status to be given: an order becomes refunded when all its money went back.
"""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from orders import applying, presence, same_purchase
from orders.models import Order, OrderStatus
from tenants import scope
from tenants.refusal import Refusal

STATUS_FIELDS = ("status", "status_at", "status_by", "fulfilled_at", "service_date", "version", "updated_at")

# Whoever begins with a new order has accepted it, though nobody tapped that.
BEGUN = frozenset({OrderStatus.PREPARING, OrderStatus.READY})


class SetByRefunds(Refusal):
    code = "set_by_refunds"
    status = 422
    default_message = _("An order becomes refunded when all of it is refunded.")


def set_status(order: Order, status: OrderStatus, *, at: datetime.datetime | None = None) -> Order:
    """Give the order a status; `at` is the time of the tap. The same status again changes nothing.

    Locks the contact and those of its receipts, then the order. Visits and statistics follow in the same transaction; an
    order that is accepted gets its guest's fixed discount (R-ORDER-3). Raises SetByRefunds.
    """
    if status == OrderStatus.REFUNDED:
        raise SetByRefunds(field="status")
    order, payers = same_purchase.lock(order)
    if order.status == status:
        return order
    at = at or timezone.now()
    before = order.status
    order.fulfilled_at = at if status == OrderStatus.FULFILLED else None
    order.service_date = order.venue.local_day(at) if status == OrderStatus.FULFILLED else None
    assign(order, status, at)
    if status == OrderStatus.ACCEPTED or (before == OrderStatus.NEW and status in BEGUN):
        applying.at_acceptance(order, at=at)
    order.save(update_fields=[*STATUS_FIELDS, *applying.MONEY_FIELDS])
    presence.follow(order, *payers)
    recording.record(
        Action.ORDER_STATUS_CHANGED,
        order,
        before={"status": before},
        after={"status": status, "at": at},
        venue_id=order.venue_id,
    )
    return order


def assign(order: Order, status: OrderStatus, at: datetime.datetime) -> None:
    """Say the status on the order, and who gave it when; nothing is written."""
    order.status = status
    order.status_at = at
    order.status_by = scope.actor().label
    order.version += 1
    order.updated_at = timezone.now()
