"""Filtering the list by consent: status, channel and venue together (R-CRM-5)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from consent import filters
from consent.models import ConsentSuppression
from consent.status import Event
from crm.models import Contact
from tests.consent.people import anna, happen


@pytest.fixture
def guests(centro, mare):
    """Anna subscribed at Centro; Bruno unsubscribed there by SMS, and has an implied e-mail at Mare; Carla is new."""
    people = {
        name: anna(centro, email=f"{name}@example.net", phone=f"+39333104221{number}")
        for number, name in enumerate(("anna", "bruno", "carla"))
    }
    happen(Event.GUEST_BOOKED_TICKED, centro, email="anna@example.net")
    happen(Event.UNSUBSCRIBED, centro, email=None, phone=people["bruno"].phone)
    happen(Event.OTHERS_BOOKED, mare, email="bruno@example.net")
    return people


def found(**asked) -> list[str]:
    contacts = Contact.objects.filter(filters.matching(**asked), state="active").order_by("email")
    return [contact.email.partition("@")[0] for contact in contacts]


def test_by_status(guests):
    assert found() == ["anna", "bruno", "carla"]
    assert found(status="explicit") == ["anna"]
    assert found(status="implied") == ["bruno"]
    assert found(status="unsubscribed") == ["bruno"]
    assert found(status="none") == ["carla"]


def test_by_status_and_channel(guests):
    assert found(status="unsubscribed", channel="email") == []
    assert found(status="unsubscribed", channel="sms") == ["bruno"]
    assert found(status="none", channel="email") == ["carla"]
    assert found(status="none", channel="sms") == ["anna", "carla"]


def test_by_status_and_venue(guests, centro, mare):
    assert found(status="implied", venue=centro.pk) == []
    assert found(status="implied", venue=mare.pk) == ["bruno"]
    assert found(status="none", channel="email", venue=centro.pk) == ["bruno", "carla"]


def test_without_a_status_by_what_is_on_record(guests, mare):
    assert found(channel="email") == ["anna", "bruno"]
    assert found(venue=mare.pk) == ["bruno"]


def test_the_api_takes_the_three_together(guests, centro, inside, bearer):
    api = bearer(inside)

    def emails(**query) -> list[str]:
        answer = api.get("contacts/", {"ordering": "last_name", **query})
        assert answer.status_code == 200
        return sorted(contact["email"] for contact in answer.json()["results"])

    assert emails(consent_status="explicit", consent_venue=str(centro.pk)) == ["anna@example.net"]
    assert emails(consent_status="unsubscribed", consent_channel="sms") == ["bruno@example.net"]
    assert emails(consent_status="unsubscribed", consent_channel="email") == []


@pytest.mark.parametrize("query", [{"consent_status": "perhaps"}, {"consent_channel": "pigeon"}])
def test_the_api_refuses_what_is_no_status_or_channel(guests, inside, bearer, query):
    answer = bearer(inside).get("contacts/", query)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == list(query)


class TestAnUnsubscriptionThatOutlivedItsGuest:
    """R-PRIV-1, R-CONSENT-2: who comes back under a suppressed address is unsubscribed in the list as well."""

    @pytest.fixture
    def back(self, inside, centro, mare, bearer):
        """Anna unsubscribed from e-mails of Centro, was erased, and is entered by staff again; Bruno never unsubscribed."""
        key = bearer(inside)
        first = key.post("contacts/", {"email": "anna@example.net", "phone": "+393331042210"}).json()["id"]
        key.post(f"contacts/{first}/unsubscribe/", {"venue": str(centro.pk), "channel": "email"})
        key.post(f"contacts/{first}/erase/", {"confirm": "anna@example.net"})
        key.post("contacts/", {"email": "bruno@example.net"})
        return key.post("contacts/", {"email": "anna@example.net"}).json()["id"]

    def test_it_is_found_as_unsubscribed_and_not_as_none(self, back, centro, mare):
        assert found(status="unsubscribed") == ["anna"]
        assert found(status="unsubscribed", channel="email", venue=centro.pk) == ["anna"]
        assert found(status="unsubscribed", channel="sms") == found(status="unsubscribed", venue=mare.pk) == []
        assert found(status="none", channel="email", venue=centro.pk) == ["bruno"]
        assert found(status="none", venue=mare.pk) == ["anna", "bruno"]
        assert found(status="explicit") == []

    def test_card_and_export_say_so_too(self, back, inside, bearer):
        key = bearer(inside)
        shown = [(one["channel"], one["status"]) for one in key.get(f"contacts/{back}/").json()["consents"]]
        exported = key.get(f"contacts/{back}/data/").json()["consents"]

        assert shown == [("email", "unsubscribed")]
        assert [(one["address"], one["status"]) for one in exported] == [("anna@example.net", "unsubscribed")]

    def test_erased_once_more_only_the_hash_stays(self, back, inside, bearer):
        bearer(inside).post(f"contacts/{back}/erase/", {"confirm": "anna@example.net"})

        assert [one.address for one in ConsentSuppression.objects.all()] == [""]

    def test_an_address_that_staff_change_to_is_found_as_well(self, back, inside, bearer, centro):
        key = bearer(inside)
        bruno = Contact.objects.get(email="bruno@example.net")
        key.post(f"contacts/{back}/erase/", {"confirm": "anna@example.net"})
        key.patch(f"contacts/{bruno.pk}/", {"email": "anna@example.net"})

        assert found(status="unsubscribed") == ["anna"]

    def test_once_the_guest_books_with_the_box_ticked_it_is_explicit(self, back, centro):
        happen(Event.GUEST_BOOKED_TICKED, centro, email="anna@example.net", at=timezone.now())

        assert found(status="unsubscribed") == []
        assert found(status="explicit") == ["anna"]
