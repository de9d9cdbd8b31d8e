"""Inquiries of the contact form: received, and handled by staff (R-ID-1, R-CONSENT-2, R-PRIV-4)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from audit.actions import Action
from audit.models import AuditEntry
from consent.models import ConsentEntry, ConsentStatus
from consent.recording import OptIn
from crm.channel import Channel
from crm.guest_data import CrmSync, Guest
from crm.models import Contact, ContactStats
from outreach import inquiring
from outreach.arrival import Arrived, Sender
from outreach.models import Inquiry
from tenants import scope
from tenants.permissions import PRESET_PERMISSIONS, Preset, Role
from tenants.scope import Actor, ActorKind
from tests.personas import Place

ANNA: dict[str, Any] = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.net"}
NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
LATER = NOON + datetime.timedelta(hours=1)
WIDGET = Actor(kind=ActorKind.KEY, label="widget", permissions=PRESET_PERMISSIONS[Preset.WIDGET])


def inquire(
    place: Place, guest: dict[str, Any] = ANNA, *, opt_in: OptIn | None = None, by: Actor = WIDGET
) -> Arrived[Inquiry]:
    sender = Sender(place.venue, Guest(**guest), guest, opt_in)
    with scope.enter(place.id, by):
        return inquiring.receive(sender, subject="Birthday", message="A table for twenty?", at=NOON)


def test_an_inquiry_makes_a_contact_by_the_channel_form_and_no_visit(inside: Place) -> None:
    arrived = inquire(inside)

    anna = Contact.objects.get()
    inquiry = Inquiry.objects.get()
    assert (arrived.crm_sync, anna.first_channel) == (CrmSync.CREATED, Channel.FORM)
    assert (inquiry.contact_id, inquiry.subject, inquiry.message, inquiry.guest, inquiry.received_at) == (
        anna.pk,
        "Birthday",
        "A table for twenty?",
        ANNA,
        NOON,
    )
    assert ContactStats.objects.get(contact=anna).visit_count == 0


def test_what_the_guest_wrote_stays_out_of_the_trail(inside: Place) -> None:
    inquire(inside)

    assert AuditEntry.objects.get(action=Action.INQUIRY_RECEIVED).after == {}


def test_without_a_key_the_inquiry_is_kept_and_has_no_contact(inside: Place) -> None:
    arrived = inquire(inside, {"first_name": "Anna"})

    assert (arrived.crm_sync, arrived.sent.contact, Contact.objects.count()) == (CrmSync.NO_IDENTITY, None, 0)


@pytest.mark.parametrize(
    ("opt_in", "by", "event", "status"),
    [
        (OptIn(email=True), WIDGET, "inquired_ticked", "explicit"),
        (OptIn(email=False), WIDGET, "inquired", "implied"),
        (None, WIDGET, "inquired", "implied"),
        (None, None, "inquired", "implied"),
    ],
)
def test_an_inquiry_implies_a_consent_and_a_ticked_box_is_an_explicit_one(
    inside: Place, opt_in: OptIn | None, by: Actor | None, event: str, status: str
) -> None:
    inside.venue.double_opt_in = False

    arrived = inquire(inside, opt_in=opt_in, by=by or inside.actor(Role.OWNER))

    entry = ConsentEntry.objects.get()
    assert (entry.event, entry.source, entry.source_id) == (event, "form", arrived.sent.pk)
    assert ConsentStatus.objects.get().status == status


def test_staff_mark_an_inquiry_as_handled_and_open_it_again(inside: Place) -> None:
    inquiry = inquire(inside).sent

    handled = inquiring.set_handled(inquiry, True, at=LATER)
    assert (handled.is_handled, handled.handled_at, handled.handled_by) == (True, LATER, "Owner")

    again = inquiring.set_handled(inquiry, True, at=LATER + datetime.timedelta(days=1))
    assert again.handled_at == LATER

    opened = inquiring.set_handled(inquiry, False, at=LATER)
    assert (opened.is_handled, opened.handled_at, opened.handled_by) == (False, None, "")
    entries = AuditEntry.objects.filter(action=Action.INQUIRY_UPDATED).order_by("id")
    assert [(entry.before, entry.after) for entry in entries] == [
        ({"is_handled": False}, {"is_handled": True}),
        ({"is_handled": True}, {"is_handled": False}),
    ]
