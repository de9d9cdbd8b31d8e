"""What the processes of the races do; each imports this after Django is set up in it."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from bookings import lifecycle, taking
from bookings.models import BookingKind, BookingStatus
from crm import erasure, intake
from crm.channel import Channel
from crm.expected import Way
from crm.guest_data import Guest, Intake
from crm.models import Contact, ContactIdentifier
from orders import fulfilment
from orders import taking as order_taking
from orders.models import Order, OrderKind, OrderStatus
from orders.totals import Amounts, Item
from tenants import scope
from tenants.models import Venue
from tenants.refusal import Refusal
from wifi import connecting

ROUNDS = 10


def take_and_arrive(tenant_id: str, venue_id: str, guest: dict[str, Any], rounds: int) -> list[str]:
    """Take a booking of this guest and mark it arrived, each in a transaction of its own."""
    syncs = []
    for _round in range(rounds):
        with scope.enter(UUID(tenant_id), scope.SYSTEM):
            venue = Venue.objects.get(pk=venue_id)
            draft = taking.Draft(venue, BookingKind.RESERVATION, Channel.WEB, 2, guest=Guest(**guest), snapshot=guest)
            taken = taking.take(draft)
        with scope.enter(UUID(tenant_id), scope.SYSTEM):
            lifecycle.set_status(taken.booking, BookingStatus.ARRIVED)
        syncs.append(str(taken.crm_sync))
    return syncs


def receive_batch(tenant_id: str, venue_id: str, guests: list[dict[str, Any]]) -> list[str]:
    """Take in a batch of guests in one transaction."""
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        venue = Venue.objects.get(pk=venue_id)
        now = timezone.now()
        receptions = intake.receive_many([Intake(Guest(**guest), Channel.WEB, venue, now) for guest in guests])
        return [str(reception.crm_sync) for reception in receptions]


def arrive_by_every_door(tenant_id: str, venue_id: str, guest: dict[str, Any], at: str) -> tuple[str, ...]:
    """One guest's table arrives, their order is fulfilled, their phone joins the WiFi: each a transaction of its own."""
    moment = datetime.datetime.fromisoformat(at)
    return (
        _arrive(tenant_id, venue_id, guest, moment),
        _fetch_order(tenant_id, venue_id, guest, moment),
        _join_wifi(tenant_id, venue_id, guest, moment),
    )


def _arrive(tenant_id: str, venue_id: str, guest: dict[str, Any], at: datetime.datetime) -> str:
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        venue = Venue.objects.get(pk=venue_id)
        taken = taking.take(taking.Draft(venue, BookingKind.RESERVATION, Channel.WEB, 2, at, Guest(**guest), guest))
        lifecycle.set_status(taken.booking, BookingStatus.ARRIVED, at=at)
    return str(taken.booking.pk)


def _fetch_order(tenant_id: str, venue_id: str, guest: dict[str, Any], at: datetime.datetime) -> str:
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        venue = Venue.objects.get(pk=venue_id)
        amounts = Amounts((Item("Pizza", 1, 1200),), 1200)
        draft = order_taking.Draft(
            venue, OrderKind.TAKEAWAY, Channel.ORDER_PHONE, amounts, venue.currency, at, Guest(**guest), guest
        )
        taken = order_taking.take(draft)
        fulfilment.set_status(taken.order, OrderStatus.FULFILLED, at=at)
    return str(taken.order.pk)


def _join_wifi(tenant_id: str, venue_id: str, guest: dict[str, Any], at: datetime.datetime) -> str:
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        venue = Venue.objects.get(pk=venue_id)
        connected = connecting.connect(connecting.Login(venue, at, Guest(**guest), guest))
    return str(connected.session.pk)


def take_or_erase(tenant_id: str, venue_id: str, guest: dict[str, Any], takes: bool) -> list[str]:
    """Ten times: take a booking of this guest that is over, or erase whoever has the e-mail."""
    return [
        _take(tenant_id, venue_id, guest) if takes else _erase(tenant_id, guest["email"]) for _round in range(ROUNDS)
    ]


def _take(tenant_id: str, venue_id: str, guest: dict[str, Any]) -> str:
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        venue = Venue.objects.get(pk=venue_id)
        draft = taking.Draft(venue, BookingKind.WALK_IN, Channel.WALK_IN, 2, guest=Guest(**guest), snapshot=guest)
        return str(taking.take(draft).crm_sync)


def _erase(tenant_id: str, email: str) -> str:
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        found = ContactIdentifier.objects.filter(value=email, is_active=True).first()
        contact = None if found is None else found.contact
    return "nobody" if contact is None else erase_by_id(tenant_id, str(contact.pk), email)


def erase_by_id(tenant_id: str, contact_id: str, email: str) -> str:
    """Clear the personal data of a contact; the code of the refusal where there was one."""
    try:
        with scope.enter(UUID(tenant_id), scope.SYSTEM):
            erasure.erase(Contact.objects.get(pk=contact_id), confirm=email, at=timezone.now(), upcoming=Way.CANCEL)
    except Refusal as refusal:
        return refusal.code
    return "erased"


def accept_and_take_back(tenant_id: str, order_id: str) -> str:
    """Change an order's status forth and back, each time in a transaction of its own."""
    for status in (OrderStatus.ACCEPTED, OrderStatus.NEW) * ROUNDS:
        with scope.enter(UUID(tenant_id), scope.SYSTEM):
            fulfilment.set_status(Order.objects.get(pk=order_id), status)
    return "changed"


def erase_or_change(tenant_id: str, what: str, *named: str) -> str:
    return erase_by_id(tenant_id, *named) if what == "erase" else accept_and_take_back(tenant_id, *named)
