"""The consents of a contact as the card and the API show them (R-CONSENT-1, R-CONSENT-3)."""

from __future__ import annotations

import datetime
from dataclasses import asdict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consent import reading
from consent.models import Source
from consent.status import Event
from crm import visits
from crm.models import VisitSourceKind
from tenants import venues
from tests.consent.people import EMAIL, NOON, PHONE, anna, happen


@pytest.fixture
def plateau(bistro):
    """A venue under CASL, in Montréal's time."""
    with bistro.enter():
        yield bistro.venue


def one_consent(contact, *, now=NOON):
    [item] = reading.current([contact], venues=venues.oldest_first(), now=now)[contact.pk]
    return item


def visit(contact, venue, booking, on):
    visits.record(contact, venue, local_date=on, kind=VisitSourceKind.BOOKING, source_id=booking, at=NOON)


def test_an_item_is_what_the_api_shows(centro):
    contact = anna(centro)
    happen(Event.GUEST_BOOKED_TICKED, centro, contact=contact)

    assert asdict(one_consent(contact)) == {
        "venue": centro.pk,
        "channel": "email",
        "address": EMAIL,
        "status": "explicit",
        "pending_confirmation": False,
        "changed_at": NOON,
        "source": "booking",
        "marketable": True,
        "expires_on": None,
        "undeliverable": False,
        # Of this, the contact's own `erase_on` tells.
        "erasure_asked": False,
    }


def test_only_present_addresses_are_shown_and_each_venue_apart(centro, mare):
    contact = anna(centro)
    happen(Event.GUEST_BOOKED_TICKED, centro, email="old@example.net", contact=contact)
    happen(Event.GUEST_BOOKED, mare, phone=PHONE, contact=contact)
    happen(Event.UNSUBSCRIBED, centro, contact=contact)

    items = reading.current([contact], venues=venues.oldest_first(), now=NOON)[contact.pk]
    assert [(item.venue, item.channel, item.status, item.marketable) for item in items] == [
        (centro.pk, "email", "unsubscribed", False),
        (mare.pk, "email", "implied", False),
        (mare.pk, "sms", "implied", False),
    ]


def test_a_confirmation_is_pending_for_72_hours(centro):
    contact = anna(centro)
    centro.double_opt_in = True
    happen(Event.SIGNED_UP_TICKED, centro, contact=contact)

    assert one_consent(contact).pending_confirmation
    assert one_consent(contact).status == "none"
    assert not one_consent(contact, now=NOON + datetime.timedelta(hours=73)).pending_confirmation


def test_implied_by_a_booking_lasts_six_months_of_the_venues_calendar(plateau):
    contact = anna(plateau)
    # Still 21 November in Toronto.
    at = datetime.datetime(2026, 11, 22, 4, 59, tzinfo=datetime.UTC)
    happen(Event.GUEST_BOOKED, plateau, contact=contact, at=at)

    item = one_consent(contact)
    assert (item.expires_on, item.marketable) == (datetime.date(2027, 5, 21), True)
    assert one_consent(contact, now=datetime.datetime(2027, 5, 22, 3, 59, tzinfo=datetime.UTC)).marketable
    assert not one_consent(contact, now=datetime.datetime(2027, 5, 22, 4, 0, tzinfo=datetime.UTC)).marketable


def test_a_booking_that_arrived_lasts_twenty_four_months_from_the_visit_until_that_is_undone(plateau):
    contact = anna(plateau)
    booking = contact.pk
    happen(Event.GUEST_BOOKED, plateau, contact=contact, source_id=booking)
    visit(contact, plateau, booking, datetime.date(2026, 11, 28))
    assert one_consent(contact).expires_on == datetime.date(2028, 11, 28)

    visits.withdraw(kind=VisitSourceKind.BOOKING, source_id=booking)
    assert one_consent(contact).expires_on == datetime.date(2027, 5, 22)


def test_a_visit_on_another_address_does_not_prolong_this_one(plateau):
    contact = anna(plateau)
    happen(Event.GUEST_BOOKED, plateau, contact=contact)
    happen(Event.GUEST_BOOKED, plateau, email="old@example.net", contact=contact, source_id=contact.pk)
    visit(contact, plateau, contact.pk, datetime.date(2026, 11, 28))

    assert one_consent(contact).expires_on == datetime.date(2027, 5, 22)


def test_a_purchase_at_the_till_lasts_twenty_four_months(plateau):
    contact = anna(plateau)
    happen(Event.PURCHASED, plateau, contact=contact, source=Source.RECEIPT)
    happen(Event.OTHERS_BOOKED, plateau, contact=contact, at=NOON + datetime.timedelta(days=30))

    assert one_consent(contact).expires_on == datetime.date(2028, 11, 22)


def test_a_sign_up_without_a_tick_does_not_prolong_it(plateau):
    contact = anna(plateau)
    happen(Event.INQUIRED, plateau, contact=contact, source=Source.FORM)
    happen(Event.SIGNED_UP, plateau, contact=contact, at=NOON + datetime.timedelta(days=30), source=Source.WIFI)

    assert one_consent(contact).expires_on == datetime.date(2027, 5, 22)


def test_many_contacts_cost_two_queries_and_a_third_for_what_can_expire(plateau):
    people = [anna(plateau, email=f"guest{number}@example.net", phone="") for number in range(5)]
    for contact in people:
        happen(Event.GUEST_BOOKED_TICKED, plateau, email=contact.email, contact=contact)
    with CaptureQueriesContext(connection) as queries:
        found = reading.current(people, venues=venues.oldest_first(), now=NOON)
    assert len(queries) == 2
    assert {item.status for items in found.values() for item in items} == {"explicit"}

    implied = anna(plateau, email="implied@example.net", phone="")
    happen(Event.OTHERS_BOOKED, plateau, email=implied.email, contact=implied)
    with CaptureQueriesContext(connection) as queries:
        found = reading.current([*people, implied], venues=venues.oldest_first(), now=NOON)
    assert len(queries) == 3
    assert found[implied.pk][0].expires_on == datetime.date(2027, 5, 22)


def test_a_contact_without_consents_has_an_empty_list(centro):
    contact = anna(centro)

    assert reading.current([contact], venues=venues.oldest_first(), now=NOON) == {contact.pk: []}


def test_the_ledger_holds_present_and_former_addresses(centro):
    contact = anna(centro)
    stranger = anna(centro, email="bruno@example.net", phone="+393331042299")
    happen(Event.OTHERS_BOOKED, centro, email="old@example.net", contact=contact)
    happen(Event.UNSUBSCRIBED, centro, contact=None, source=Source.IMPORT)
    happen(Event.OTHERS_BOOKED, centro, email="bruno@example.net", contact=stranger)

    entries = reading.ledger(contact).order_by("created_at", "id")
    assert [(entry.address, entry.status) for entry in entries] == [
        ("old@example.net", "implied"),
        (EMAIL, "unsubscribed"),
    ]
    assert reading.ledger_item(entries[1])["event"] == "unsubscribed"
