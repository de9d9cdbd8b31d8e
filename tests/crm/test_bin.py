"""The bin (R-WRITE-6) and the keys it frees (R-ID-6)."""

from __future__ import annotations

import pytest

from bookings import editing as booking_editing
from bookings import taking
from bookings.models import BookingKind
from crm import bin as contact_bin
from crm import filters, listing, tags
from crm.channel import Channel
from crm.editing import NotInList
from crm.guest_data import CrmSync, EmailInUse, Guest, PhoneInUse
from crm.models import Contact, ContactTag, SearchToken
from tests.crm.guests import ANNA, BRUNO, take
from tests.personas import Place


def test_a_deleted_contact_leaves_the_list_and_the_search(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact

    contact_bin.delete(anna)

    assert list(listing.active()) == []
    assert list(filters.filtered(listing.active(), {"q": "anna"}).qs) == []
    assert list(listing.in_bin()) == [anna]
    assert not SearchToken.objects.exists()


def test_its_keys_are_free_for_a_new_contact(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    contact_bin.delete(anna)

    again = take(inside, **ANNA)

    assert again.crm_sync is CrmSync.CREATED
    assert again.contact != anna


def test_restoring_brings_back_the_keys_and_the_search(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    contact_bin.delete(anna)

    contact_bin.restore(anna)

    assert take(inside, **ANNA).contact == anna
    assert list(filters.filtered(listing.active(), {"q": "rossi 2217"}).qs) == [anna]


def test_restoring_is_refused_when_the_email_was_taken(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    contact_bin.delete(anna)
    other = take(inside, **ANNA).known_contact

    with pytest.raises(EmailInUse) as refused:
        contact_bin.restore(anna)

    assert refused.value.extra == {"contact": str(other.pk)}


def test_restoring_is_refused_when_the_phone_was_taken(inside: Place) -> None:
    bruno = take(inside, **BRUNO).known_contact
    contact_bin.delete(bruno)
    take(inside, **BRUNO)

    with pytest.raises(PhoneInUse):
        contact_bin.restore(bruno)


def test_deleting_twice_is_refused(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    contact_bin.delete(anna)

    with pytest.raises(NotInList):
        contact_bin.delete(anna)


def test_editing_its_booking_never_brings_it_back(inside: Place) -> None:
    draft = taking.Draft(inside.venue, BookingKind.RESERVATION, Channel.WEB, 2, guest=Guest(**ANNA), snapshot=ANNA)
    booking = taking.take(draft).booking
    contact_bin.delete(Contact.objects.get())

    edited = booking_editing.edit(booking, {}, guest=Guest(last_name="Bianchi"), snapshot={"last_name": "Bianchi"})

    assert edited.crm_sync is CrmSync.SKIPPED_CONTACT_DELETED
    assert edited.booking.guest["last_name"] == "Bianchi"
    assert Contact.objects.values_list("state", "last_name").get() == ("deleted", "Rossi")


def test_a_contact_in_the_bin_gets_no_tags(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    contact_bin.delete(anna)

    with pytest.raises(NotInList):
        tags.add(anna, "vip")

    assert not ContactTag.objects.exists()
