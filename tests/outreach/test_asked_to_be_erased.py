"""Who asked to be erased gets nothing from that moment on, not only from the day it is done (R-PRIV-1, R-CONSENT-3)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from crm.models import Contact
from outreach import campaigns, delivering
from tests.api.test_problems import assert_problem
from tests.outreach.audiences import draft, group_of, guests, results, start, work, written_to
from tests.outreach.people import ANNA, agree, book, contact, suggestion, write

SOON = timezone.now() + datetime.timedelta(days=3)


@pytest.fixture
def anna(key, trattoria):
    """She agreed to e-mail, and asked to be erased once she has been here."""
    anna = contact(key)
    agree(key, anna, trattoria)
    book(key, anna, trattoria, status="confirmed", starts_at=SOON)
    ask(key, anna)
    return anna


def ask(key, pk):
    body = {"confirm": ANNA["email"], "upcoming": "erase_after"}
    assert key.post(f"contacts/{pk}/erase/", body).status_code == 202


def put_off(place, person):
    with place.enter():
        Contact.objects.filter(pk=person.pk).update(erase_on=SOON.date())


def test_nothing_is_marketable_though_the_consent_stands(key, anna):
    [consent] = key.get(f"contacts/{anna}/").json()["consents"]

    assert (consent["status"], consent["marketable"]) == ("explicit", False)
    assert "erasure_asked" not in consent


def test_taken_back_it_is_as_it_was(key, anna):
    key.delete(f"contacts/{anna}/erase/")

    assert [one["marketable"] for one in key.get(f"contacts/{anna}/").json()["consents"]] == [True]


def test_another_of_the_family_who_shares_the_phone_is_written_to(key, trattoria, anna):
    agree(key, anna, trattoria, channel="sms")
    other = contact(key, email="bruno@example.com")

    assert {one["channel"]: one["marketable"] for one in key.get(f"contacts/{other}/").json()["consents"]} == {
        "sms": True
    }


def test_the_list_finds_nobody_with_a_consent_and_still_who_unsubscribed(key, trattoria, anna):
    def found(status):
        return [one["id"] for one in key.get("contacts/", {"consent_status": status}).json()["results"]]

    assert (found("explicit"), found("none")) == ([], [])
    key.post(f"contacts/{anna}/unsubscribe/", {"venue": str(trattoria.venue.pk), "channel": "email"})
    assert found("unsubscribed") == [anna]


@pytest.mark.parametrize("template", ["invite", "ask_opinion"])
def test_neither_an_invitation_nor_a_question_is_written(key, anna, template):
    problem = assert_problem(write(key, anna, template=template), 409, "not_marketable")

    assert "asked for their data to be cleared" in problem["detail"]


def test_what_the_guest_writes_is_answered(key, trattoria, anna):
    inquiry = {"venue": str(trattoria.venue.pk), "message": "Is there parking?", "guest": {"email": ANNA["email"]}}
    assert key.post("inquiries/", inquiry).status_code == 201

    assert write(key, anna, text="Yes, behind the house.", subject="Parking").status_code == 201


def test_none_is_suggested(key, trattoria, anna):
    key.post(f"bookings/{key.get('bookings/').json()['results'][0]['id']}/status/", {"status": "cancelled"})

    assert suggestion(key, anna) == {"kind": None, "reason": "erasure_asked"}


def test_a_message_that_was_queued_before_stays_in_the_house(key, trattoria):
    anna = contact(key)
    agree(key, anna, trattoria)
    message = write(key, anna, template="invite").json()["id"]
    book(key, anna, trattoria, status="confirmed", starts_at=SOON)
    ask(key, anna)

    delivering.deliver(trattoria.id, message)

    told = key.get(f"messages/{message}/").json()
    assert (told["status"], told["error"]) == ("failed", "erasure_asked")


class TestCampaigns:
    @pytest.fixture
    def place(self, commits, trattoria):
        return trattoria

    def test_the_preview_and_the_audience_leave_them_out_and_say_why(self, place):
        people = guests(place, 3)
        campaign = draft(place, group_of(place, people))
        put_off(place, people[0])

        with place.enter():
            seen = campaigns.preview(campaign, at=timezone.now())
        start(place, campaign)
        work(place, campaign)

        assert (seen.count, seen.excluded) == (2, {"erasure_asked": 1})
        assert written_to() == {"guest1@example.com": 1, "guest2@example.com": 1}
        assert results(place, campaign).excluded == {"erasure_asked": 1}

    def test_who_asks_after_it_was_sent_is_left_out_when_their_turn_comes(self, place):
        people = guests(place, 2)
        campaign = draft(place, group_of(place, people))
        start(place, campaign)
        put_off(place, people[0])

        work(place, campaign)

        assert written_to() == {"guest1@example.com": 1}
        assert results(place, campaign).excluded == {"erasure_asked": 1}
