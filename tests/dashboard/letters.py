"""Guests who write and are written to, as the tests of messages through the pages need them."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from bookings import lifecycle, taking
from bookings.models import BookingKind, BookingStatus
from bookings.taking import Draft as BookingDraft
from consent import unsubscribing
from consent.status import ConsentChannel, Status
from consent.unsubscribing import Evidence
from crm.channel import Channel
from crm.guest_data import Guest
from crm.models import Contact
from outreach import inquiring, receiving, wording
from outreach.arrival import Sender
from outreach.models import Inquiry, Message, MessageTemplate
from outreach.suggested_texts import Wording
from tenants import scope
from tenants.permissions import Role
from tests.dashboard.counter import send
from tests.personas import Place

GIULIA = Guest(
    first_name="Giulia", last_name="Moretti", email="giulia@example.com", phone="+393331042217", language="it"
)
WRITERS = [Role.OWNER, Role.MANAGER, Role.MARKETER]
HELLO = {"channel": "email", "subject": "The book", "text": "We kept it for you."}


def came(place: Place) -> None:
    """Giulia booked online for yesterday, and sat at the table."""
    starts_at = timezone.now() - datetime.timedelta(days=1)
    guest = Guest(email=GIULIA.email)
    with scope.enter(place.id, scope.SYSTEM):
        booking = taking.take(
            BookingDraft(
                venue=place.venue,
                guest=guest,
                kind=BookingKind.RESERVATION,
                channel=Channel.WEB,
                party_size=2,
                starts_at=starts_at,
                contact=None,
                snapshot={"email": GIULIA.email},
            )
        ).booking
        lifecycle.set_status(booking, BookingStatus.ARRIVED, at=starts_at)


def agree(place: Place, contact: Contact) -> None:
    """She signed a paper: e-mail of the first venue."""
    at = timezone.now()
    evidence = Evidence("paper form", at.date() - datetime.timedelta(days=1), "I would like your news.")
    with place.enter():
        unsubscribing.set_status(
            contact, Status.EXPLICIT, venue=place.venue, channel=ConsentChannel.EMAIL, evidence=evidence, at=at
        )


def asked(place: Place, message: str = "Do you have a table for twenty?", **guest: str) -> Inquiry:
    """What came by the contact form."""
    snapshot: dict[str, Any] = guest or {"first_name": "Giulia", "last_name": "Moretti", "email": GIULIA.email}
    with scope.enter(place.id, scope.SYSTEM):
        sender = Sender(place.venue, Guest(**snapshot), snapshot)
        return inquiring.receive(sender, subject="A birthday", message=message).sent


def said(place: Place, contact: Contact, text: str = "Is the garden open?", *, days_ago: int = 0) -> Message:
    """What the guest wrote in the app."""
    at = timezone.now() - datetime.timedelta(days=days_ago)
    with place.enter():
        return receiving.receive(contact, venue=place.venue, text=text, at=at)


def template(place: Place, kind: str, language: str = "it", channel: str = "email") -> MessageTemplate:
    with place.enter():
        found: MessageTemplate = MessageTemplate.objects.get(
            kind=kind, language=language, channel=channel, is_builtin=True
        )
        return found


def words(place: Place, contact: Contact, kind: str) -> Wording:
    """What the suggested message says to this guest, by e-mail."""
    found = template(place, kind)
    with place.enter():
        return wording.filled(found, contact, place.venue)


def own_template(place: Place, **changes: str) -> MessageTemplate:
    fields = {"kind": "free", "name": "Parking", "language": "it", "channel": "email", "subject": "Where to park"}
    values = {**fields, "text": "Hello {first_name}, park behind {venue}.", **changes}
    assert send(place, "message_template_new", **values).status_code == 302
    with place.enter():
        return MessageTemplate.objects.get(name=values["name"])


def sent(place: Place) -> list[Message]:
    with place.enter():
        return list(Message.objects.filter(direction="out"))


def write(place: Place, contact: Contact, *, role: str = Role.OWNER, **values: Any) -> Any:
    return send(place, "write", contact.pk, role=role, **{**HELLO, "venue": place.venue.pk, **values})
