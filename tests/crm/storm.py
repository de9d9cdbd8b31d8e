"""A busy evening in one process of several: whatever staff, guests and imports do, at random, on the same few people."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from typing import Any
from uuid import UUID

from django.utils import timezone

from bookings import editing as booking_editing
from bookings import lifecycle, linking, taking
from bookings.models import Booking, BookingKind, BookingStatus
from crm import bin as contact_bin
from crm import editing, intake, tags
from crm.channel import Channel
from crm.guest_data import Guest, Intake
from crm.models import Contact, ContactState
from tenants import scope
from tenants.models import Venue
from tenants.refusal import Refusal

EMAILS = ["", "anna@example.net", "bruno@example.net", "carla@example.net"]
PHONES = ["", "+393331042217", "+393401112223", "+393477778881"]
TAGS = [*tags.SYSTEM_TAGS, "allergy", "sommelier"]


def blow(tenant_id: str, seed: int, rounds: int) -> dict[str, int]:
    """So many random acts, each in a transaction of its own; how often each was done, or refused."""
    chance, done = random.Random(seed), Counter[str]()
    acts = [_take, _take, _receive, _tap, _tap, _edit_booking, _link, _edit, _delete, _restore, _tag]
    for _round in range(rounds):
        act = chance.choice(acts)
        try:
            with scope.enter(UUID(tenant_id), scope.SYSTEM):
                act(chance)
        except Refusal as refusal:
            done[refusal.code] += 1
        else:
            done[act.__name__] += 1
    return dict(done)


def guest(chance: random.Random) -> dict[str, Any]:
    return {
        "last_name": chance.choice(["Rossi", "Verdi"]),
        "email": chance.choice(EMAILS),
        "phone": chance.choice(PHONES),
    }


def _venue(chance: random.Random) -> Venue:
    return chance.choice(list(Venue.objects.order_by("name")))


def _contact(chance: random.Random, state: ContactState) -> Contact | None:
    found = list(Contact.objects.filter(state=state))
    return chance.choice(found) if found else None


def _booking(chance: random.Random) -> Booking | None:
    found = list(Booking.objects.order_by("-created_at")[:8])
    return chance.choice(found) if found else None


def _take(chance: random.Random) -> None:
    data, kind = guest(chance), chance.choice(list(BookingKind))
    chosen = _contact(chance, ContactState.ACTIVE) if chance.random() < 0.2 else None
    at = timezone.now() + datetime.timedelta(days=chance.randrange(2))
    draft = taking.Draft(
        venue=_venue(chance),
        kind=kind,
        channel=Channel.STAFF,
        party_size=2,
        starts_at=at,
        guest=Guest(**data),
        snapshot=data,
        contact=chosen.pk if chosen else None,
    )
    taking.take(draft)


def _receive(chance: random.Random) -> None:
    venue, now = _venue(chance), timezone.now()
    intake.receive_many([Intake(Guest(**guest(chance)), Channel.IMPORT, venue, now) for _number in range(4)])


def _tap(chance: random.Random) -> None:
    if booking := _booking(chance):
        lifecycle.set_status(booking, chance.choice(list(BookingStatus)))


def _edit_booking(chance: random.Random) -> None:
    if booking := _booking(chance):
        data = guest(chance)
        given = {name: data[name] for name in chance.sample(list(data), 2) if data[name]}
        moved = {"starts_at": booking.starts_at + datetime.timedelta(days=chance.choice([-1, 0, 1]))}
        booking_editing.edit(booking, moved, guest=Guest(**given), snapshot=given)


def _link(chance: random.Random) -> None:
    if booking := _booking(chance):
        contact = _contact(chance, ContactState.ACTIVE)
        linking.link(booking, contact.pk if contact and chance.random() < 0.8 else None)


def _edit(chance: random.Random) -> None:
    if contact := _contact(chance, ContactState.ACTIVE):
        data = guest(chance)
        editing.edit(contact, {name: data[name] for name in chance.sample(list(data), 2)})


def _delete(chance: random.Random) -> None:
    if contact := _contact(chance, ContactState.ACTIVE):
        contact_bin.delete(contact)


def _restore(chance: random.Random) -> None:
    if contact := _contact(chance, ContactState.DELETED):
        contact_bin.restore(contact)


def _tag(chance: random.Random) -> None:
    if contact := _contact(chance, ContactState.ACTIVE):
        (tags.add if chance.random() < 0.8 else tags.remove)(contact, chance.choice(TAGS))
