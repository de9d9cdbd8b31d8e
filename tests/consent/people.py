"""Guests, boxes and events of the consent tests."""

from __future__ import annotations

import datetime
from typing import Any

from consent import recording
from consent.models import ConsentStatus, Source
from consent.recording import Occurrence, Outcome
from consent.status import Event
from crm import identity, intake
from crm.channel import Channel
from crm.guest_data import Guest, Intake
from crm.models import Contact
from tenants import scope
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.scope import Actor, ActorKind

EMAIL, PHONE = "anna@example.net", "+393331042217"
NOON = datetime.datetime(2026, 11, 22, 11, 0, tzinfo=datetime.UTC)
GUEST = Actor(kind=ActorKind.KEY, label="widget", permissions=frozenset({Permission.GUEST_ACTION}))


def occurrence(event: Event, venue: Venue, **more: Any) -> Occurrence:
    values = {"email": EMAIL, "phone": None, "contact": None, "source": Source.BOOKING, "at": NOON} | more
    return Occurrence(event, venue, **values)


def happen(event: Event, venue: Venue, *, by: Actor = GUEST, **more: Any) -> list[Outcome]:
    """Let an event happen, by default at the guest's own hand."""
    with scope.enter(scope.tenant_id(), by):
        one = occurrence(event, venue, **more)
        identity.lock_keys(address for _channel, address in one.addresses)
        return recording.record(one)


def anna(venue: Venue, *, email: str = EMAIL, phone: str = PHONE) -> Contact:
    guest = Guest(first_name="Anna", last_name="Rossi", email=email, phone=phone)
    contact = intake.receive(Intake(guest, Channel.MANUAL, venue, NOON)).contact
    assert contact is not None
    return contact


def status_of(address: str, venue: Venue) -> str:
    return str(ConsentStatus.objects.get(address=address, venue=venue).status)
