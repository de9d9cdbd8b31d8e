"""Refunds, in part and in full, each recorded; spend, visits and statistics are corrected (R-ORDER-4, R-VISIT-3).

What goes back is of the total: a tip is the staff's own. An order of which all went back is refunded, and its visit goes.
Any order may be refunded, one that was paid and then cancelled too. Source: ours.
"""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from orders import fulfilment, presence, same_purchase
from orders.models import Order, OrderStatus, Refund
from tenants import scope
from tenants.refusal import Refusal


class RefundTooLarge(Refusal):
    code = "refund_too_large"
    status = 422
    default_message = _("This is more than is left to refund.")


def refund(order: Order, amount_minor: int, *, reason: str = "", at: datetime.datetime | None = None) -> Order:
    """Give back so many minor units of the order's total; at least one.

    Locks the contact and those of its receipts, then the order, so that refunds at once never give back more than the
    total. Raises RefundTooLarge.
    """
    order, payers = same_purchase.lock(order)
    _check(order, amount_minor)
    at = at or timezone.now()
    before = {"status": order.status, "refunded_minor": order.refunded_minor}
    given_back = Refund.objects.create(
        order=order, amount_minor=amount_minor, reason=reason, refunded_at=at, refunded_by=scope.actor().label
    )
    _save(order, amount_minor, at)
    presence.follow(order, *payers)
    recording.record(
        Action.ORDER_REFUNDED,
        order,
        before=before,
        after={"status": order.status, "refunded_minor": order.refunded_minor, "refund": given_back.pk, "at": at},
        venue_id=order.venue_id,
    )
    return order


def _check(order: Order, amount_minor: int) -> None:
    left = order.total_minor - order.refunded_minor
    if amount_minor > left:
        raise RefundTooLarge(
            _("Only %(left)d is left to refund.") % {"left": left}, field="amount_minor", refundable_minor=left
        )


def _save(order: Order, amount_minor: int, at: datetime.datetime) -> None:
    order.refunded_minor += amount_minor
    if order.refunded_minor == order.total_minor:
        fulfilment.assign(order, OrderStatus.REFUNDED, at)
    else:
        order.version += 1
        order.updated_at = timezone.now()
    order.save(update_fields=["refunded_minor", *fulfilment.STATUS_FIELDS])
