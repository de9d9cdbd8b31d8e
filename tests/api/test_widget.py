"""A widget key stands in a public page: it creates, and learns nothing (API.md, Conventions)."""

from __future__ import annotations

import pytest

from tests.api.test_bookings import ANNA, booking
from tests.api.test_problems import assert_problem

OF_THE_MOMENT = ("Content-Length", "X-Request-Id", "RateLimit-Remaining", "RateLimit-Reset")


@pytest.fixture
def widget(trattoria, bearer):
    return bearer(trattoria, "widget")


def seen(response):
    """All that the answer says, but for what is new in every answer."""
    body = {name: value for name, value in response.json().items() if name != "id"}
    headers = {name: value for name, value in response.headers.items() if name not in OF_THE_MOMENT}
    return response.status_code, body, headers


def test_the_answers_for_a_known_and_an_unknown_guest_are_alike(trattoria, bearer, widget):
    admin = bearer(trattoria)
    admin.post("contacts/", {**ANNA, "notes": "VIP"})
    admin.post("contacts/", {"first_name": "Family", "phone": "333 999 8877", "email": "family@example.com"})
    guests = [
        ANNA,
        {**ANNA, "email": "nobody@example.com", "phone": "333 555 6677"},
        {**ANNA, "first_name": "Other", "last_name": "Name"},
        {"first_name": "Anna", "phone": "333 999 8877"},
        {"first_name": "Anna", "phone": "333 111 0099"},
        {**ANNA, "email": "new@example.com", "phone": "333 999 8877"},
    ]

    answers = [seen(widget.post("bookings/", booking(trattoria, guest=guest))) for guest in guests]

    for (status, body, headers), guest in zip(answers, guests, strict=True):
        assert (status, body.pop("guest"), headers) == (201, guest, answers[0][2])
        assert body == {**answers[0][1]} | {"warnings": []}
        assert {"contact", "crm_sync"} & set(body) == set()


def test_it_hears_warnings_about_its_own_typing(trattoria, widget):
    body = widget.post("bookings/", booking(trattoria, guest={"email": "a@gimail.con", "phone": "333 333 3333"})).json()

    assert [one["code"] for one in body["warnings"]] == ["email_invalid", "suspect_key"]


def test_a_known_external_id_shows_what_was_sent_and_not_what_is_stored(trattoria, bearer, widget):
    stored = bearer(trattoria, "pos").post(
        "bookings/", booking(trattoria, provider="thefork", external_id="A1", notes="allergic", party_size=7)
    )

    answer = widget.post(
        "bookings/", booking(trattoria, provider="thefork", external_id="A1", guest={"first_name": "Eve"})
    )

    assert (answer.status_code, answer.json()["id"]) == (200, stored.json()["id"])
    assert (answer.json()["guest"], answer.json()["notes"], answer.json()["party_size"]) == (
        {"first_name": "Eve"},
        "",
        2,
    )
    assert "Anna" not in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"contact": "0198c5a0-0000-7000-8000-000000000000"}, "contact", "not_allowed"),
        ({"kind": "walk_in"}, "kind", "not_allowed"),
        ({"channel": "staff"}, "channel", "not_allowed"),
        ({"channel": "phone"}, "channel", "not_allowed"),
        ({"starts_at": "2020-01-01T20:00:00Z"}, "starts_at", "in_past"),
        ({"guest": {"registered_at": "2020-01-01T20:00:00Z"}}, "guest.registered_at", "not_allowed"),
    ],
)
def test_it_may_not_state_what_a_public_page_cannot_know(trattoria, widget, changes, field, code):
    body = assert_problem(widget.post("bookings/", booking(trattoria, **changes)), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]


def test_it_works_for_its_own_venue_only(trattoria, widget):
    mare = str(trattoria.venues[1].pk)

    body = assert_problem(widget.post("bookings/", booking(trattoria, venue=mare)), 400, "invalid")
    unknown = assert_problem(
        widget.post("bookings/", booking(trattoria, venue="0198c5a0-0000-7000-8000-000000000000")), 400, "invalid"
    )

    assert body["errors"] == unknown["errors"]


@pytest.mark.parametrize(
    "path", ["contacts/", "bookings/", "venues/", "tags/", "members/", "api-keys/", "settings/", "audit/", "imports/"]
)
def test_it_reads_nothing(widget, path):
    assert_problem(widget.get(path), 403, "permission_denied")


def test_the_box_needs_the_scope_guest_action(trattoria, bearer, widget):
    body = booking(trattoria, marketing_opt_in={"email": True, "wording": "w1"})

    refused = assert_problem(bearer(trattoria, "pos").post("bookings/", body), 403, "permission_denied")
    assert refused["permission"] == "guest_action"
    assert widget.post("bookings/", body).status_code == 201
    admin = bearer(trattoria)
    [contact] = admin.get("contacts/").json()["results"]
    assert [(one["channel"], one["pending_confirmation"]) for one in contact["consents"]] == [
        ("email", True),
        ("sms", False),
    ]
