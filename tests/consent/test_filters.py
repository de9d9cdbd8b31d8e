"""Filtering the list by consent: status, channel and venue together (R-CRM-5)."""

from __future__ import annotations

import pytest

from consent import filters
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
    contacts = Contact.objects.filter(filters.matching(**asked)).order_by("email")
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
