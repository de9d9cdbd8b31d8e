"""`promotion-signups/` and `inquiries/`: what guests send, and what staff read (R-ID-1, R-ID-5, R-CONSENT-2)."""

from __future__ import annotations

import datetime

import pytest

from tests.api.test_bookings import ANNA
from tests.api.test_problems import assert_problem
from tests.api.test_widget import seen

NO_ID = "0198c5a0-0000-7000-8000-000000000000"
OWN = {
    "promotion-signups/": {"promotion": "Truffle week"},
    "inquiries/": {"subject": "A birthday", "message": "A table for twenty?"},
}
PATHS = list(OWN)
# What is said of the moment it was made.
INSTANTS = {"promotion-signups/": ("signed_up_at", "updated_at"), "inquiries/": ("received_at", "updated_at")}


def sent(place, path, **changes):
    return {"venue": str(place.venue.pk), "guest": ANNA, **OWN[path], **changes}


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.mark.parametrize(("path", "channel"), [("promotion-signups/", "promotion"), ("inquiries/", "form")])
def test_what_a_guest_sends_is_kept_and_the_guest_is_in_the_list(trattoria, key, path, channel):
    answer = key.post(path, sent(trattoria, path))

    body = answer.json()
    assert (answer.status_code, body["crm_sync"], body["warnings"]) == (201, "created", [])
    assert {name: body[name] for name in sent(trattoria, path)} == sent(trattoria, path)
    contact = key.get(f"contacts/{body['contact']}/").json()
    assert (contact["first_channel"], contact["last_channel"], contact["stats"]["visit_count"]) == (channel, channel, 0)
    [row] = key.get(path).json()["results"]
    assert row == {name: value for name, value in body.items() if name not in ("crm_sync", "warnings")}


@pytest.mark.parametrize("path", PATHS)
def test_instants_carry_the_offset_of_the_venue(trattoria, key, path):
    moment = key.post(path, sent(trattoria, path)).json()[INSTANTS[path][0]]

    assert (
        datetime.datetime.fromisoformat(moment).utcoffset() == datetime.datetime.now(trattoria.venue.zone).utcoffset()
    )


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"venue": None}, "venue", "null"),
        ({"venue": "centro"}, "venue", "invalid"),
        ({"venue": NO_ID}, "venue", "unknown_id"),
        ({"guest": None}, "guest", "null"),
        ({"guest": []}, "guest", "invalid"),
        ({"guest": "anna@example.com"}, "guest", "invalid"),
        ({"guest": {"first_name": 5}}, "guest.first_name", "invalid"),
        ({"guest": {"email": ["a@b.it"]}}, "guest.email", "invalid"),
        ({"guest": {"email": "a\x00@b.it"}}, "guest.email", "null_characters_not_allowed"),
        ({"guest": {"birthday": "31/12/1980"}}, "guest.birthday", "birthday_unreadable"),
        ({"guest": {"language": "klingon"}}, "guest.language", "unknown_language"),
        ({"guest": {"shoe_size": 42}}, "guest.shoe_size", "unknown_field"),
        ({"marketing_opt_in": True}, "marketing_opt_in", "invalid"),
        ({"marketing_opt_in": {"email": "yes"}}, "marketing_opt_in.email", "invalid"),
        ({"marketing_opt_in": {"post": True}}, "marketing_opt_in.post", "unknown_field"),
        ({"contact": NO_ID}, "contact", "unknown_field"),
        ({"signed_up_at": "2026-11-20T12:00:00Z"}, "signed_up_at", "unknown_field"),
    ],
)
def test_what_is_faulty_is_400_with_the_field_and_nothing_is_kept(trattoria, key, path, changes, field, code):
    body = assert_problem(key.post(path, sent(trattoria, path, **changes)), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert key.get(path).json()["results"] == key.get("contacts/").json()["results"] == []


@pytest.mark.parametrize(
    ("path", "changes", "field", "code"),
    [
        ("promotion-signups/", {"promotion": None}, "promotion", "null"),
        ("promotion-signups/", {"promotion": " "}, "promotion", "blank"),
        ("promotion-signups/", {"promotion": 7}, "promotion", "invalid"),
        ("promotion-signups/", {"promotion": "x" * 201}, "promotion", "max_length"),
        ("inquiries/", {"message": None}, "message", "null"),
        ("inquiries/", {"message": ""}, "message", "blank"),
        ("inquiries/", {"message": ["a"]}, "message", "invalid"),
        ("inquiries/", {"message": "\x00"}, "message", "null_characters_not_allowed"),
        ("inquiries/", {"message": "\ud800"}, "message", "surrogate_characters_not_allowed"),
        ("inquiries/", {"message": "x" * 5001}, "message", "max_length"),
        ("inquiries/", {"subject": "x" * 201}, "subject", "max_length"),
        ("inquiries/", {"subject": {}}, "subject", "invalid"),
        ("inquiries/", {"is_handled": True}, "is_handled", "unknown_field"),
    ],
)
def test_so_are_the_fields_of_its_own(trattoria, key, path, changes, field, code):
    body = assert_problem(key.post(path, sent(trattoria, path, **changes)), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]


def test_what_is_missing_is_named(key):
    for path, missing in {
        "promotion-signups/": {"venue", "guest", "promotion"},
        "inquiries/": {"venue", "guest", "message"},
    }.items():
        body = assert_problem(key.post(path, {}), 400, "invalid")
        assert {(error["field"], error["code"]) for error in body["errors"]} == {(one, "required") for one in missing}


@pytest.mark.parametrize("path", PATHS)
def test_a_faulty_email_is_a_warning_and_without_a_key_there_is_no_contact(trattoria, key, path):
    body = key.post(path, sent(trattoria, path, guest={"first_name": "Anna", "email": "anna@gimail.con"})).json()

    assert [(one["code"], one["field"], one["suggestion"]) for one in body["warnings"]] == [
        ("email_invalid", "guest.email", "anna@gmail.com")
    ]
    assert (body["contact"], body["crm_sync"], body["guest"]["email"]) == (None, "no_identity", "anna@gimail.con")


@pytest.mark.parametrize("path", PATHS)
def test_a_widget_hears_the_same_of_a_known_and_an_unknown_guest(trattoria, bearer, key, path):
    key.post("contacts/", {**ANNA, "notes": "VIP"})
    key.post("contacts/", {"first_name": "Family", "phone": "333 999 8877", "email": "family@example.com"})
    widget = bearer(trattoria, "widget")
    guests = [
        ANNA,
        {**ANNA, "last_name": "Other"},
        {"first_name": "Anna", "phone": "333 999 8877"},
        {"first_name": "Anna", "phone": "333 111 0099"},
        {**ANNA, "email": "new@example.com", "phone": "333 999 8877"},
    ]

    answers = [seen(widget.post(path, sent(trattoria, path, guest=guest))) for guest in guests]

    for (status, body, headers), guest in zip(answers, guests, strict=True):
        assert (status, body.pop("guest"), headers) == (201, guest, answers[0][2])
        assert {"contact", "crm_sync"} & set(body) == set()
        of_the_moment = [body.pop(name) for name in INSTANTS[path]]
        assert None not in of_the_moment
        assert body == {**answers[0][1], "warnings": []}


@pytest.mark.parametrize("path", PATHS)
def test_a_widget_may_state_no_registration_and_works_for_its_own_venue(trattoria, bearer, path):
    widget = bearer(trattoria, "widget")
    registered = {**ANNA, "registered_at": "2020-01-01T20:00:00Z"}

    stated = assert_problem(widget.post(path, sent(trattoria, path, guest=registered)), 400, "invalid")
    elsewhere = assert_problem(
        widget.post(path, sent(trattoria, path, venue=str(trattoria.venues[1].pk))), 400, "invalid"
    )
    unknown = assert_problem(widget.post(path, sent(trattoria, path, venue=NO_ID)), 400, "invalid")

    assert [(one["field"], one["code"]) for one in stated["errors"]] == [("guest.registered_at", "not_allowed")]
    assert elsewhere["errors"] == unknown["errors"]


@pytest.mark.parametrize("path", PATHS)
def test_who_may(trattoria, bearer, path):
    for preset in ("pos", "wifi", "read"):
        body = assert_problem(bearer(trattoria, preset).post(path, sent(trattoria, path)), 403, "permission_denied")
        assert body["permission"] == "signups_create"
    for preset in ("widget", "wifi", "pos", "read"):
        body = assert_problem(bearer(trattoria, preset).get(path), 403, "permission_denied")
        assert body["permission"] == "messages_read"
    assert bearer(trattoria).get(path).json()["results"] == []


@pytest.mark.parametrize("path", PATHS)
def test_the_box_needs_the_scope_guest_action_and_is_recorded(trattoria, bearer, key, path):
    body = sent(trattoria, path, marketing_opt_in={"email": True, "wording": "w1"})

    contact = key.post(path, body).json()["contact"]

    consents = key.get(f"contacts/{contact}/").json()["consents"]
    assert {one["source"] for one in consents} == {"promotion" if path == "promotion-signups/" else "form"}
    [email] = [one for one in consents if one["channel"] == "email"]
    assert email["pending_confirmation"] is True


@pytest.mark.parametrize("path", PATHS)
def test_an_idempotency_key_replays_the_answer(trattoria, key, path):
    headers = {"Idempotency-Key": "form-1"}

    first, second = (key.post(path, sent(trattoria, path), **headers) for _time in range(2))

    assert (second.status_code, second.json(), second.headers["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert len(key.get(path).json()["results"]) == 1


@pytest.mark.parametrize("path", PATHS)
def test_the_list_is_newest_first_and_filters(trattoria, key, path):
    mare = str(trattoria.venues[1].pk)
    first = key.post(path, sent(trattoria, path)).json()
    second = key.post(path, sent(trattoria, path, venue=mare, guest={"email": "b@example.com"})).json()

    def ids(query=""):
        return [row["id"] for row in key.get(f"{path}?{query}").json()["results"]]

    assert ids() == [second["id"], first["id"]]
    assert ids(f"ordering={INSTANTS[path][0]}") == [first["id"], second["id"]]
    assert ids(f"venue={mare}") == [second["id"]]
    assert ids(f"contact={first['contact']}") == [first["id"]]
    assert ids("updated_since=2026-01-01T00:00:00Z") == [first["id"], second["id"]]
    assert ids("updated_since=2126-01-01T00:00:00Z") == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["venue=1", "contact=x", "ordering=guest", "updated_since=2026-01-01", "promotion=x"])
def test_a_faulty_filter_is_400_with_the_parameter(key, path, query):
    body = assert_problem(key.get(f"{path}?{query}"), 400, "invalid")

    assert [error["field"] for error in body["errors"]] == [query.split("=")[0]]


@pytest.mark.parametrize("path", PATHS)
def test_a_key_of_one_venue_reads_what_was_sent_to_that_venue(trattoria, bearer, key, path):
    centro = key.post(path, sent(trattoria, path)).json()["id"]
    mare = key.post(path, sent(trattoria, path, venue=str(trattoria.venues[1].pk))).json()["id"]
    bound = bearer(trattoria, "admin", venue=trattoria.venue)

    assert [row["id"] for row in bound.get(path).json()["results"]] == [centro]
    if path == "inquiries/":
        assert_problem(bound.get(f"inquiries/{mare}/"), 404, "not_found")
        assert_problem(bound.patch(f"inquiries/{mare}/", {"is_handled": True}), 404, "not_found")


def test_staff_handle_an_inquiry(trattoria, key):
    inquiry = key.post("inquiries/", sent(trattoria, "inquiries/")).json()
    other = key.post("inquiries/", sent(trattoria, "inquiries/")).json()
    assert (inquiry["is_handled"], inquiry["handled_at"], inquiry["handled_by"]) == (False, None, "")

    handled = key.patch(f"inquiries/{inquiry['id']}/", {"is_handled": True})

    assert (handled.status_code, handled.json()["is_handled"], handled.json()["handled_by"]) == (200, True, "admin")
    assert handled.json() == key.get(f"inquiries/{inquiry['id']}/").json()
    for query, expected in (("true", inquiry), ("false", other)):
        assert [row["id"] for row in key.get(f"inquiries/?is_handled={query}").json()["results"]] == [expected["id"]]
    assert key.patch(f"inquiries/{inquiry['id']}/", {"is_handled": False}).json()["handled_at"] is None


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({}, "is_handled", "required"),
        ({"is_handled": None}, "is_handled", "null"),
        ({"is_handled": "true"}, "is_handled", "invalid"),
        ({"is_handled": 1}, "is_handled", "invalid"),
        ({"is_handled": True, "message": "x"}, "message", "unknown_field"),
    ],
)
def test_a_faulty_change_of_an_inquiry_is_400_with_the_field(trattoria, key, changes, field, code):
    inquiry = key.post("inquiries/", sent(trattoria, "inquiries/")).json()

    body = assert_problem(key.patch(f"inquiries/{inquiry['id']}/", changes), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert key.get(f"inquiries/{inquiry['id']}/").json()["is_handled"] is False


def test_a_host_reads_inquiries_and_a_marketer_handles_them(trattoria, key):
    inquiry = key.post("inquiries/", sent(trattoria, "inquiries/")).json()
    address = f"/api/v1/inquiries/{inquiry['id']}/"
    headers = {"X-Tenant": str(trattoria.id)}

    host, marketer = (trattoria.signed_in(role) for role in ("host", "marketer"))
    changes = {"data": '{"is_handled": true}', "content_type": "application/json", "headers": headers}

    assert host.get(address, headers=headers).status_code == 200
    assert_problem(host.patch(address, **changes), 403, "permission_denied")
    assert marketer.patch(address, **changes).status_code == 200
