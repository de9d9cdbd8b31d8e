"""Who a guest is (R-ID-2): the table of cases, through the intake."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crm import editing, identity, intake
from crm.channel import Channel
from crm.guest_data import CrmSync, Guest, Intake
from crm.models import Contact, ContactIdentifier, DuplicatePair, SearchToken


def take(place, **guest):
    return intake.receive(Intake(Guest(**guest), Channel.WEB, place.venue, timezone.now()))


def test_the_same_email_is_the_same_contact_and_the_newest_name_wins(inside):
    first = take(inside, first_name="Anna", last_name="Rossi", email="anna@example.net")
    second = take(inside, first_name="Annamaria", last_name="Rossi", email=" ANNA@Example.NET ")

    assert first.crm_sync is CrmSync.CREATED
    assert second.crm_sync is CrmSync.UPDATED
    assert second.contact == first.contact
    assert Contact.objects.get().first_name == "Annamaria"


def test_an_email_joins_the_contact_that_had_only_the_phone(inside):
    first = take(inside, last_name="Rossi", phone="333 104 2217")
    second = take(inside, last_name="Rossi", phone="+39 333 1042217", email="anna@example.net")

    assert second.contact == first.contact
    assert Contact.objects.get().email == "anna@example.net"
    assert sorted(ContactIdentifier.objects.values_list("kind", "is_key")) == [("email", True), ("phone", False)]


def test_a_known_phone_with_another_email_makes_a_new_contact_and_a_pair(inside):
    first = take(inside, last_name="Rossi", phone="333 104 2217", email="anna@example.net")
    second = take(inside, last_name="Rossi", phone="333 104 2217", email="bruno@example.net")

    assert second.crm_sync is CrmSync.CREATED
    pair = DuplicatePair.objects.get()
    assert {pair.first_id, pair.second_id} == {first.contact.pk, second.contact.pk}
    assert [warning.code for warning in second.warnings] == ["duplicate_found"]


def test_a_phone_alone_links_to_the_contact_with_email_but_leaves_its_profile(inside):
    take(inside, first_name="Anna", last_name="Rossi", phone="333 104 2217", email="anna@example.net")
    second = take(inside, first_name="Luca", last_name="Rossi", phone="333 104 2217")

    assert second.crm_sync is CrmSync.UNCHANGED
    assert [warning.code for warning in second.warnings] == ["name_changed"]
    assert Contact.objects.get().first_name == "Anna"


def test_without_any_key_there_is_no_contact(inside):
    reception = take(inside, first_name="Anna", phone="3.93331234567E11", email="x@gimail.con")

    assert reception.crm_sync is CrmSync.NO_IDENTITY
    assert [warning.code for warning in reception.warnings] == ["email_invalid", "phone_invalid"]
    assert reception.warnings[0].suggestion == "x@gmail.com"
    assert not Contact.objects.exists()


def test_tokens_follow_the_name(inside):
    take(inside, first_name="Anna", last_name="Bianchi", email="anna@example.net")
    take(inside, last_name="Rossi", email="anna@example.net")

    tokens = set(SearchToken.objects.values_list("token", flat=True))
    assert "rossi" in tokens
    assert "bianchi" not in tokens


@pytest.mark.parametrize("phone", ["333 104 2217", "+39 333 104 2217", "0039 333 1042217"])
def test_every_spelling_of_a_phone_is_one_contact(inside, phone):
    take(inside, last_name="Rossi", phone="3331042217")

    assert take(inside, last_name="Rossi", phone=phone).crm_sync is CrmSync.UNCHANGED


def test_the_same_name_in_another_spelling_is_no_other_name(inside):
    take(inside, first_name="Nicolò", last_name="Rossi", phone="333 104 2217", email="nico@example.net")

    assert take(inside, first_name="NICOLO", last_name="rossi", phone="333 104 2217").warnings == []


def test_a_phone_that_hundreds_share_costs_no_more_than_one_that_few_do(inside):
    """A made-up phone: only the latest who have it are locked, and the one whose key it is."""
    guests = [Guest(email=f"guest{number}@example.net", phone="333 104 2217") for number in range(150)]
    now = timezone.now()
    first, *_others = intake.receive_many([Intake(guest, Channel.WEB, inside.venue, now) for guest in guests])
    editing.edit(first.known_contact, {"email": ""})

    book = identity.open_book(["+393331042217"])

    assert len(book.contacts) == identity.MOST_HOLDERS
    assert take(inside, last_name="Rossi", phone="333 104 2217").contact == first.contact
    assert take(inside, phone="333 104 2217", email="guest0@example.net").contact == first.contact
    assert DuplicatePair.objects.count() < 400
