"""Edits of bookings, and what of them reaches the contact (R-WRITE-3, R-WRITE-4, R-VISIT-2)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from bookings import editing, lifecycle, linking, taking
from bookings.models import Booking, BookingKind, BookingStatus
from bookings.taking import Taken
from crm import bin as contact_bin
from crm import editing as contact_editing
from crm.channel import Channel
from crm.guest_data import CrmSync, EmailInUse, EmailLocked, Guest, PhoneInUse
from crm.models import Contact, ContactIdentifier, ContactStats, Visit
from tests.personas import Place

ANNA: dict[str, Any] = {
    "first_name": "Anna",
    "last_name": "Rossi",
    "email": "anna@example.net",
    "phone": "+393331042217",
}
BRUNO: dict[str, Any] = {"first_name": "Bruno", "last_name": "Verdi", "phone": "+393401112223"}
DAY = datetime.timedelta(days=1)


def take(place: Place, kind: BookingKind = BookingKind.RESERVATION, *, guest: Any = None, **details: Any) -> Taken:
    data = ANNA if guest is None else guest
    return taking.take(taking.Draft(place.venue, kind, Channel.WEB, 2, guest=Guest(**data), snapshot=data, **details))


def edit(booking: Booking, /, **guest: Any) -> editing.Edited:
    return editing.edit(booking, {}, guest=Guest(**guest), snapshot=guest)


def test_a_changed_phone_changes_the_contacts_phone_and_its_key(inside: Place) -> None:
    booking = take(inside, guest=BRUNO).booking

    edited = edit(booking, phone="340 999 8887")

    assert edited.crm_sync is CrmSync.UPDATED
    assert Contact.objects.get().phone == "+393409998887"
    assert list(ContactIdentifier.objects.values_list("value", "is_key")) == [("+393409998887", True)]
    assert edited.booking.guest == {**BRUNO, "phone": "340 999 8887"}


def test_a_phone_of_another_contact_without_email_is_refused(inside: Place) -> None:
    other = take(inside, guest={"last_name": "Neri", "phone": "+393409998887"})
    booking = take(inside, guest=BRUNO).booking

    with pytest.raises(PhoneInUse) as refused:
        edit(booking, phone="340 999 8887")

    assert refused.value.extra == {"contact": str(other.booking.contact_id)}


def test_an_email_is_added_to_a_contact_without_one(inside: Place) -> None:
    edited = edit(take(inside, guest=BRUNO).booking, email="bruno@example.net")

    assert edited.crm_sync is CrmSync.UPDATED
    assert Contact.objects.get().email == "bruno@example.net"


@pytest.mark.parametrize("email", ["new@example.net", "bruno@example.net"])
def test_the_email_of_a_contact_is_locked_whoever_has_the_new_one(inside: Place, email: str) -> None:
    take(inside, guest={**BRUNO, "email": "bruno@example.net"})
    booking = take(inside).booking

    with pytest.raises(EmailLocked):
        edit(booking, email=email)


def test_an_email_of_another_contact_is_refused_with_its_id(inside: Place) -> None:
    anna = take(inside).booking.contact_id
    booking = take(inside, guest=BRUNO).booking

    with pytest.raises(EmailInUse) as refused:
        edit(booking, email="anna@example.net")

    assert refused.value.extra == {"contact": str(anna)}


def test_a_key_added_to_a_booking_without_contact_is_an_intake_of_the_whole_guest(inside: Place) -> None:
    booking = take(inside, guest={"first_name": "Anna", "last_name": "Rossi", "email": "anna@gimail.con"}).booking
    assert booking.contact_id is None

    edited = edit(booking, phone="333 104 2217")

    assert edited.crm_sync is CrmSync.CREATED
    contact = Contact.objects.values_list("first_name", "last_name", "email", "phone").get()
    assert contact == ("Anna", "Rossi", "", "+393331042217")
    assert ContactStats.objects.get().booking_count == 1


def test_only_what_the_edit_changes_reaches_the_contact(inside: Place) -> None:
    """The whole guest is often sent again; what the contact was told since on its own page must not come back."""
    booking = take(inside).booking
    contact_editing.edit(Contact.objects.get(), {"email": "new@example.net", "phone": "340 999 8887", "city": "Roma"})

    edited = edit(booking, **(ANNA | {"last_name": "Bianchi"}))

    assert edited.crm_sync is CrmSync.UPDATED
    contact = Contact.objects.values_list("last_name", "email", "phone", "city").get()
    assert contact == ("Bianchi", "new@example.net", "+393409998887", "Roma")


def test_the_same_guest_again_does_not_undo_an_unlinking(inside: Place) -> None:
    booking = linking.link(take(inside).booking, None)

    edited = edit(booking, **(ANNA | {"last_name": "Bianchi"}))

    assert edited.crm_sync is CrmSync.NO_IDENTITY
    assert edited.booking.contact_id is None


def test_an_edit_of_a_binned_contacts_booking_says_so_and_a_link_helps(inside: Place) -> None:
    booking = take(inside).booking
    contact_bin.delete(Contact.objects.get())
    other = take(inside)
    assert other.crm_sync is CrmSync.CREATED

    assert edit(booking, phone="340 999 8887").crm_sync is CrmSync.SKIPPED_CONTACT_DELETED

    linked = linking.link(booking, other.booking.contact_id)
    assert edit(linked, phone="340 999 8886").crm_sync is CrmSync.UPDATED


def test_a_final_booking_moved_to_another_day_moves_its_visit(inside: Place) -> None:
    taken = take(inside, BookingKind.WALK_IN)
    day = taken.booking.service_date

    edited = editing.edit(taken.booking, {"starts_at": taken.booking.starts_at + DAY})

    assert edited.crm_sync is CrmSync.SKIPPED_FINAL_STATUS
    assert Visit.objects.get().local_date == day + DAY
    assert ContactStats.objects.values_list("visit_count", "last_visit_on").get() == (1, day + DAY)


def test_an_edit_of_other_things_leaves_the_visit_and_the_day_alone(inside: Place) -> None:
    starts_at = datetime.datetime(2026, 11, 20, 2, tzinfo=inside.venue.zone)
    booking = take(inside, BookingKind.WALK_IN, starts_at=starts_at).booking
    visit = Visit.objects.get()
    inside.venue.day_starts_at = datetime.time(5)
    inside.venue.save(update_fields=["day_starts_at"])

    edited = editing.edit(booking, {"table": "12"})

    assert edited.booking.service_date == datetime.date(2026, 11, 20)
    assert Visit.objects.get() == visit


def test_a_walk_in_without_guest_gives_its_visit_to_the_contact_it_is_linked_to(inside: Place) -> None:
    anna = take(inside).contact
    assert anna is not None
    walk_in = take(inside, BookingKind.WALK_IN, guest={}).booking
    assert not Visit.objects.exists()

    booking = linking.link(walk_in, anna.pk)
    assert ContactStats.objects.values_list("visit_count", "booking_count").get(contact=anna) == (1, 2)

    linking.link(booking, None)
    assert ContactStats.objects.values_list("visit_count", "booking_count").get(contact=anna) == (0, 1)


def test_finished_taken_back_keeps_the_time_of_arrival(inside: Place) -> None:
    booking = take(inside).booking
    arrived = timezone.now() - datetime.timedelta(hours=2)
    lifecycle.set_status(booking, BookingStatus.ARRIVED, at=arrived)

    finished = lifecycle.set_status(booking, BookingStatus.FINISHED)
    back = lifecycle.set_status(booking, BookingStatus.ARRIVED)

    assert (finished.arrived_at, back.arrived_at) == (arrived, arrived)


def test_what_a_final_status_kept_back_comes_through_when_it_is_said_again_after_an_undo(inside: Place) -> None:
    booking = take(inside).booking
    lifecycle.set_status(booking, BookingStatus.ARRIVED)
    assert edit(booking, last_name="Bianchi").crm_sync is CrmSync.SKIPPED_FINAL_STATUS

    lifecycle.set_status(booking, BookingStatus.CONFIRMED)

    assert edit(booking, last_name="Bianchi").crm_sync is CrmSync.UPDATED
    assert Contact.objects.get().last_name == "Bianchi"
