"""Orders for the tests of their rules, without the door."""

from __future__ import annotations

import datetime
from typing import Any

from crm.channel import Channel
from crm.guest_data import Guest
from crm.models import Contact, ContactStats
from orders import fulfilment, taking
from orders.models import Order, OrderKind, OrderStatus
from orders.taking import Draft, Taken
from orders.totals import Amounts, Item
from tests.personas import Place

ANNA: dict[str, Any] = {
    "first_name": "Anna",
    "last_name": "Rossi",
    "email": "anna@example.net",
    "phone": "+393331042217",
}
BRUNO: dict[str, Any] = {"first_name": "Bruno", "last_name": "Verdi", "phone": "+393401112223"}
PIZZA = Item("Pizza Margherita", 2, 850, "Pizza")
BEER = Item("Birra", 1, 500, "Drinks")


def costing(total_minor: int, *, name: str = "Menu", category: str = "") -> Amounts:
    return Amounts((Item(name, 1, total_minor, category),), total_minor)


def take(place: Place, *, guest: Any = None, venue: Any = None, **details: Any) -> Taken:
    """An order of 22 euros, unless `amounts` says otherwise."""
    data = ANNA if guest is None else guest
    where = venue or place.venue
    usual = {
        "currency": where.currency,
        "kind": OrderKind.TAKEAWAY,
        "channel": Channel.STAFF,
        "amounts": Amounts((PIZZA, BEER), 2200),
    }
    return taking.take(Draft(venue=where, guest=Guest(**data), snapshot=data, **{**usual, **details}))


def fulfilled(place: Place, *, at: datetime.datetime | None = None, **details: Any) -> Order:
    return fulfilment.set_status(take(place, **details).order, OrderStatus.FULFILLED, at=at)


def stats(contact: Contact | None) -> ContactStats:
    assert contact is not None
    return ContactStats.objects.get(contact=contact)
