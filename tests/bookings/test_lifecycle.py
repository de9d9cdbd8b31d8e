"""Statuses and visits of bookings (R-VISIT-1, R-VISIT-2, R-VISIT-3, R-WRITE-3)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from bookings import editing, lifecycle, linking, taking
from bookings.models import BookingKind, BookingStatus
from crm.channel import Channel
from crm.guest_data import CrmSync, EmailInUse, EmailLocked, Guest
from crm.models import Contact, ContactStats, Visit

ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.net"}


def take(place, kind=BookingKind.RESERVATION, guest=None, **details):
    guest = ANNA if guest is None else guest
    draft = taking.Draft(
        venue=place.venue, kind=kind, channel=Channel.WEB, party_size=2, guest=Guest(**guest), snapshot=guest, **details
    )
    return taking.take(draft)


def counters(contact):
    return ContactStats.objects.values_list("visit_count", "booking_count", "no_show_count").get(contact=contact)


def test_a_reservation_counts_only_when_it_arrives(inside):
    taken = take(inside)

    assert taken.crm_sync is CrmSync.CREATED
    assert counters(taken.contact) == (0, 1, 0)

    lifecycle.set_status(taken.booking, BookingStatus.ARRIVED)

    assert counters(taken.contact) == (1, 1, 0)


def test_a_second_source_on_the_same_day_adds_no_visit(inside):
    first, second = take(inside), take(inside)

    lifecycle.set_status(first.booking, BookingStatus.ARRIVED)
    lifecycle.set_status(second.booking, BookingStatus.FINISHED)

    assert counters(first.contact) == (1, 2, 0)
    assert Visit.objects.get().sources.count() == 2


def test_undoing_arrived_takes_the_visit_back_with_its_last_source(inside):
    first, second = take(inside), take(inside)
    for taken in (first, second):
        lifecycle.set_status(taken.booking, BookingStatus.ARRIVED)

    lifecycle.set_status(first.booking, BookingStatus.CONFIRMED)
    assert counters(first.contact) == (1, 2, 0)

    lifecycle.set_status(second.booking, BookingStatus.NO_SHOW)
    assert counters(first.contact) == (0, 2, 1)


def test_a_walk_in_counts_at_once(inside):
    taken = take(inside, BookingKind.WALK_IN)

    assert taken.booking.status == BookingStatus.ARRIVED
    assert counters(taken.contact) == (1, 1, 0)


def test_a_walk_in_needs_only_the_party_size(inside):
    taken = take(inside, BookingKind.WALK_IN, guest={})

    assert taken.contact is None
    assert taken.crm_sync is CrmSync.NO_IDENTITY
    assert taken.warnings == []


def test_an_edit_of_a_final_booking_never_reaches_the_contact(inside):
    taken = take(inside)
    booking = lifecycle.set_status(taken.booking, BookingStatus.ARRIVED)

    edited = editing.edit(booking, {}, guest=Guest(last_name="Bianchi"), snapshot={"last_name": "Bianchi"})

    assert edited.crm_sync is CrmSync.SKIPPED_FINAL_STATUS
    assert edited.booking.guest["last_name"] == "Bianchi"
    assert Contact.objects.get().last_name == "Rossi"


def test_the_email_of_a_contact_is_locked_in_its_booking(inside):
    taken = take(inside)

    with pytest.raises(EmailLocked):
        editing.edit(taken.booking, {}, guest=Guest(email="other@example.net"))


def test_an_email_of_another_contact_cannot_be_added(inside):
    take(inside)
    taken = take(inside, guest={"last_name": "Verdi", "phone": "333 104 2217"})

    with pytest.raises(EmailInUse):
        editing.edit(taken.booking, {}, guest=Guest(email="anna@example.net"))


def test_a_booking_moves_with_its_visit(inside):
    taken = take(inside)
    lifecycle.set_status(taken.booking, BookingStatus.ARRIVED)
    other = take(inside, guest={"last_name": "Verdi", "phone": "333 104 2217"})

    linking.link(taken.booking, other.contact.pk)

    assert counters(taken.contact) == (0, 0, 0)
    assert counters(other.contact) == (1, 2, 0)


def test_a_late_kitchen_counts_the_night_before(inside):
    inside.venue.day_starts_at = datetime.time(5, 0)
    after_midnight = datetime.datetime(2026, 3, 29, 3, 30, tzinfo=inside.venue.zone)

    taken = take(inside, BookingKind.WALK_IN, starts_at=after_midnight)

    assert taken.booking.service_date == datetime.date(2026, 3, 28)
    assert Visit.objects.get().local_date == datetime.date(2026, 3, 28)


def test_the_same_external_id_makes_one_booking(inside):
    first = take(inside, provider="thefork", external_id="77")
    second = take(inside, provider="thefork", external_id="77")

    assert second.booking.pk == first.booking.pk
    assert not second.is_new


def test_the_time_of_the_tap_is_kept(inside):
    tapped = timezone.now() - datetime.timedelta(minutes=7)

    booking = lifecycle.set_status(take(inside).booking, BookingStatus.ARRIVED, at=tapped)

    assert (booking.arrived_at, booking.status_at) == (tapped, tapped)
