"""Rules are asked with rows that were read before their locks: what changed since decides (ARCHITECTURE, Concurrency)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from bookings import editing as booking_editing
from bookings import lifecycle, linking, taking
from bookings.models import Booking, BookingKind, BookingStatus
from crm import bin as contact_bin
from crm import editing, tags
from crm.channel import Channel
from crm.editing import NotInList
from crm.guest_data import Guest, PhoneInUse
from crm.models import Contact, ContactIdentifier, ContactStats, Visit
from tests.crm.guests import ANNA, BRUNO, take
from tests.personas import Place


def stale(contact: Contact) -> Contact:
    found: Contact = Contact.objects.get(pk=contact.pk)
    return found


def take_booking(place: Place) -> Booking:
    draft = taking.Draft(place.venue, BookingKind.RESERVATION, Channel.WEB, 2, guest=Guest(**ANNA), snapshot=ANNA)
    return taking.take(draft).booking


def test_clearing_the_email_minds_the_phone_that_came_meanwhile(inside: Place) -> None:
    bruno = take(inside, **BRUNO).known_contact
    anna = stale(take(inside, **ANNA).known_contact)
    take(inside, email="anna@example.net", phone=bruno.phone)

    with pytest.raises(PhoneInUse) as refused:
        editing.edit(anna, {"email": ""})

    assert refused.value.extra == {"contact": str(bruno.pk)}
    assert ContactIdentifier.objects.filter(is_key=True).count() == 2


def test_an_edit_loses_nothing_that_was_written_meanwhile(inside: Place) -> None:
    anna = stale(take(inside, **ANNA).known_contact)
    take(inside, email="anna@example.net", city="Roma", first_name="Annamaria")

    editing.edit(anna, {"company": "Studio Rossi"})

    found = Contact.objects.values_list("first_name", "city", "company").get()
    assert found == ("Annamaria", "Roma", "Studio Rossi")


def test_deleting_frees_the_email_that_came_meanwhile(inside: Place) -> None:
    bruno = stale(take(inside, **BRUNO).known_contact)
    take(inside, **BRUNO, email="bruno@example.net")

    contact_bin.delete(bruno)

    assert not ContactIdentifier.objects.filter(is_key=True).exists()
    assert take(inside, email="bruno@example.net").contact != bruno


def test_a_contact_deleted_meanwhile_is_neither_edited_nor_deleted_again(inside: Place) -> None:
    anna = stale(take(inside, **ANNA).known_contact)
    contact_bin.delete(stale(anna))

    with pytest.raises(NotInList):
        editing.edit(anna, {"city": "Roma"})
    with pytest.raises(NotInList):
        contact_bin.delete(anna)


def test_a_contact_restored_meanwhile_is_left_alone(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    contact_bin.delete(anna)
    in_bin = stale(anna)
    editing.edit(contact_bin.restore(stale(anna)), {"email": "new@example.net"})

    contact_bin.restore(in_bin)

    assert Contact.objects.values_list("state", "email").get() == ("active", "new@example.net")
    assert sorted(ContactIdentifier.objects.values_list("value", flat=True)) == ["+393331042217", "new@example.net"]


@pytest.mark.parametrize("move", ["status", "edit", "link"])
def test_a_tap_on_a_booking_that_moved_counts_for_the_contact_it_moved_to(inside: Place, move: str) -> None:
    tapped = take_booking(inside)
    bruno = take(inside, **BRUNO).known_contact
    anna_id = tapped.contact_id
    moved = linking.link(Booking.objects.get(), bruno.pk)
    if move == "status":
        lifecycle.set_status(tapped, BookingStatus.ARRIVED)
    elif move == "edit":
        lifecycle.set_status(moved, BookingStatus.ARRIVED)
        booking_editing.edit(tapped, {"table": "12"})
    else:
        lifecycle.set_status(moved, BookingStatus.ARRIVED)
        linking.link(tapped, bruno.pk)

    assert Visit.objects.get().contact_id == bruno.pk
    counted = dict(ContactStats.objects.values_list("contact_id", "visit_count"))
    assert counted == {bruno.pk: 1, anna_id: 0}


def test_the_ninth_tag_is_counted_as_it_stands_now(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    tags.create("Allergy")
    for key in tags.SYSTEM_TAGS:
        tags.add(stale(anna), key)

    with pytest.raises(tags.TagLimit):
        tags.add(anna, "allergy")


def test_an_email_cleared_while_a_booking_waited_leaves_the_phone_of_another_alone(inside: Place) -> None:
    """The booking came in before the e-mail was cleared, and is judged after."""
    received_at = timezone.now()
    take(inside, last_name="Neri", phone="+393409998887")
    hour = datetime.timedelta(hours=1)
    bruno = take(inside, at=received_at - hour, **BRUNO, email="bruno@example.net").known_contact
    editing.edit(bruno, {"email": ""})
    guest: dict[str, Any] = {"email": "bruno@example.net", "phone": "+393409998887"}

    with pytest.raises(PhoneInUse):
        take(inside, at=received_at, options={"chosen": bruno.pk}, **guest)

    assert Contact.objects.get(pk=bruno.pk).phone == BRUNO["phone"]
