"""`privacy/facts/`: clearing one fact that a search found, after what it says was typed (R-PRIV-1)."""

from __future__ import annotations

import pytest

from bookings.models import Booking
from tests.api.test_bookings import booking
from tests.api.test_followers import follow
from tests.api.test_privacy_search import NAMELESS, NO_ID, OVER, found, kinds
from tests.api.test_problems import assert_problem
from tests.api.test_reviews import review
from tests.api.test_signups import sent


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def fact(trattoria, key):
    return key.post("bookings/", booking(trattoria, guest=NAMELESS, notes="quiet table", **OVER)).json()["id"]


def test_it_goes_after_what_it_says_was_typed_and_the_booking_stays(trattoria, key, fact):
    answer = key.post(f"privacy/facts/booking/{fact}/erase/", {"confirm": "zoë strauß"})

    assert (answer.status_code, answer.content) == (204, b"")
    with trattoria.enter():
        kept = Booking.objects.get(pk=fact)
        assert (kept.guest, kept.notes, kept.party_size) == ({}, "", 2)
    assert kinds(key, "strauss") == {}


def test_the_email_is_what_is_typed_where_the_fact_has_one(trattoria, key):
    guest = {**NAMELESS, "email": "zoe@example.con"}
    pk = key.post("inquiries/", sent(trattoria, "inquiries/", guest=guest)).json()["id"]

    assert_problem(key.post(f"privacy/facts/inquiry/{pk}/erase/", {"confirm": "Zoë"}), 422, "confirmation_mismatch")
    assert key.post(f"privacy/facts/inquiry/{pk}/erase/", {"confirm": "zoe@example.con"}).status_code == 204


def test_something_else_clears_nothing(key, fact):
    body = assert_problem(
        key.post(f"privacy/facts/booking/{fact}/erase/", {"confirm": "Zoe"}), 422, "confirmation_mismatch"
    )

    assert [error["field"] for error in body["errors"]] == ["confirm"]
    assert kinds(key, "strauss") == {"booking": 1}


@pytest.mark.parametrize("kind", ["order", "contact", "consent", "import_row", "nothing", "privacy_request"])
def test_a_kind_that_is_not_its_own_finds_nothing(key, fact, kind):
    assert key.post(f"privacy/facts/{kind}/{fact}/erase/", {"confirm": "Zoë"}).status_code == 404
    assert key.post(f"privacy/facts/booking/{NO_ID}/erase/", {"confirm": "Zoë"}).status_code == 404


def test_a_review_without_a_contact_can_be_cleared(trattoria, key):
    pk = key.post("reviews/", review(trattoria, text="Zoë Strauß served us badly")).json()["id"]

    assert kinds(key, "strauss") == {"review": 1}
    confirm = "Zoë Strauß served us badly"
    assert key.post(f"privacy/facts/review/{pk}/erase/", {"confirm": confirm}).status_code == 204
    assert kinds(key, "strauss") == {}


def test_an_email_that_waits_for_a_confirmation_can_be_cleared(trattoria, key):
    follower = follow(key, trattoria).json()["id"]
    guest = {"first_name": "Zo\u00eb", "email": "zoe@example.com"}
    key.post(f"followers/{follower}/login/", {"guest": guest, "verified": False})

    [one] = found(key, "zoe@example.com")["results"]
    assert (one["kind"], one["contact"]) == ("confirmation", None)
    path = f"privacy/facts/confirmation/{one['id']}/erase/"
    assert_problem(key.post(path, {"confirm": "Zo\u00eb"}), 422, "confirmation_mismatch")
    assert key.post(path, {"confirm": "zoe@example.com"}).status_code == 204
    assert kinds(key, "zoe@example.com") == {}


def test_a_segment_that_searches_for_a_name_goes_as_a_whole(key):
    key.post("segments/", {"name": "Tasting", "filters": {"q": "Strau\u00df", "language": "it"}})

    [one] = found(key, "strauss")["results"]
    assert (one["kind"], one["label"]) == ("segment", "Tasting \u00b7 Strau\u00df")
    assert key.post(f"privacy/facts/segment/{one['id']}/erase/", {"confirm": "Tasting"}).status_code == 204
    assert key.get("segments/").json()["results"] == []
