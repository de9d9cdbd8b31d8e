"""What the processes of the races do; each imports this after Django is set up in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from crm.channel import Channel
from crm.guest_data import Guest
from orders import fulfilment, receiving, refunding, taking
from orders.models import Order, OrderKind, OrderStatus
from orders.refunding import RefundTooLarge
from orders.totals import Amounts, Item
from tenants import scope
from tenants.models import Venue

GUEST: dict[str, Any] = {"last_name": "Rossi", "email": "anna@example.net"}


def take_and_fulfil(tenant_id: str, venue_id: str, external_id: str) -> bool:
    """Take this order and fulfil it, each in a transaction of its own; whether it was new."""
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        venue = Venue.objects.get(pk=venue_id)
        amounts = Amounts((Item("Menu", 1, 1000),), 1000)
        draft = taking.Draft(
            venue,
            OrderKind.TAKEAWAY,
            Channel.POS,
            amounts,
            venue.currency,
            guest=Guest(**GUEST),
            snapshot=GUEST,
            provider="till",
            external_id=external_id,
        )
        taken = taking.take(draft)
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        fulfilment.set_status(taken.order, OrderStatus.FULFILLED)
    return taken.is_new


def receive(tenant_id: str, venue_id: str, external_id: str) -> bool:
    """Receive this receipt; whether it was new."""
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        venue = Venue.objects.get(pk=venue_id)
        draft = receiving.Draft(
            venue,
            timezone.now(),
            total_minor=1000,
            net_minor=1000,
            currency=venue.currency,
            lines=[receiving.Line("Menu", 1, 1000, 1000)],
            provider="till",
            external_id=external_id,
            guest=Guest(**GUEST),
            snapshot=GUEST,
        )
        return receiving.receive(draft).is_new


def tap_or_pay(tenant_id: str, venue_id: str, order_id: str, number: int) -> None:
    """Give the order a status, or receive a receipt of it that names one of three guests."""
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        order = Order.objects.get(pk=order_id)
        if number % 2:
            fulfilment.set_status(order, OrderStatus.FULFILLED if number % 4 == 1 else OrderStatus.CANCELLED)
            return
        venue = Venue.objects.get(pk=venue_id)
        guest = Guest(email=f"guest{number % 3}@example.net") if number % 3 else Guest()
        draft = receiving.Draft(venue, timezone.now(), 1000, 1000, venue.currency, order=order.pk, guest=guest)
        receiving.receive(draft)


def refund(tenant_id: str, order_id: str, amount_minor: int) -> bool:
    """Refund so much of the order; whether it went through."""
    try:
        with scope.enter(UUID(tenant_id), scope.SYSTEM):
            refunding.refund(Order.objects.get(pk=order_id), amount_minor)
    except RefundTooLarge:
        return False
    return True
