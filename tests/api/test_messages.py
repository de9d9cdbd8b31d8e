"""Writing to a contact, and reading what was written, through the API (R-CRM-7, R-CONSENT-3)."""

from __future__ import annotations

import pytest

from tests.api.test_problems import assert_problem
from tests.outreach.people import agree, book, contact, leave, write

NO_ID = "0198c5a0-0000-7000-8000-000000000000"


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key, trattoria):
    anna = contact(key, language="it")
    agree(key, anna, trattoria)
    return anna


def test_the_answer_is_the_queued_message(key, trattoria, anna):
    answer = write(key, anna, subject="Truffles", text="The first truffles are here.", venue=str(trattoria.venue.pk))

    body = answer.json()
    assert answer.status_code == 201
    assert {
        name: body[name] for name in ("contact", "venue", "template", "direction", "channel", "kind", "status")
    } == {
        "contact": anna,
        "venue": str(trattoria.venue.pk),
        "template": None,
        "direction": "out",
        "channel": "email",
        "kind": "free",
        "status": "queued",
    }
    assert {name: body[name] for name in ("address", "language", "subject", "text", "error", "sent_by")} == {
        "address": "anna@example.com",
        "language": "it",
        "subject": "Truffles",
        "text": "The first truffles are here.",
        "error": "",
        "sent_by": "admin",
    }
    assert key.get(f"messages/{body['id']}/").json() == body


@pytest.mark.parametrize("words", [{"template": "invite"}, {"subject": "Truffles", "text": "They are here."}])
def test_marketing_without_consent_is_409_and_writes_nothing(key, words):
    bruno = contact(key, email="bruno@example.com", phone="")

    assert_problem(write(key, bruno, **words), 409, "not_marketable")

    assert key.get("messages/").json()["results"] == []


def test_consent_of_another_venue_or_channel_does_not_help(key, trattoria, anna):
    assert_problem(write(key, anna, template="invite", venue=str(trattoria.venues[1].pk)), 409, "not_marketable")
    assert_problem(write(key, anna, template="invite", channel="sms"), 409, "not_marketable")


def test_unsubscribing_closes_the_gate(key, trattoria, anna):
    assert write(key, anna, template="invite").status_code == 201
    leave(key, anna, trattoria)

    assert_problem(write(key, anna, template="invite"), 409, "not_marketable")


def test_a_template_is_named_by_its_id_and_its_words_may_be_replaced(key, anna):
    created = key.post(
        "message-templates/",
        {
            "kind": "invite",
            "name": "Truffles",
            "language": "en",
            "channel": "email",
            "subject": "Truffles at {venue}",
            "text": "Hello {first_name}, come and taste.",
        },
    ).json()

    plain = write(key, anna, template=created["id"]).json()
    own = write(key, anna, template=created["id"], text="Anna, {come}!").json()

    assert (plain["template"], plain["kind"], plain["language"]) == (created["id"], "invite", "en")
    assert (plain["subject"], plain["text"]) == ("Truffles at Centro", "Hello Anna, come and taste.")
    assert (own["subject"], own["text"]) == ("Truffles at Centro", "Anna, {come}!")


def test_a_suggested_message_is_named_by_its_kind_in_the_guests_language(key, anna):
    (italian,) = key.get("message-templates/?kind=invite&language=it&channel=email").json()["results"]
    key.patch(f"message-templates/{italian['id']}/", {"subject": "Ciao da {venue}", "text": "Ciao {first_name}!"})

    body = write(key, anna, template="invite").json()

    assert (body["template"], body["language"]) == (italian["id"], "it")
    assert (body["subject"], body["text"]) == ("Ciao da Centro", "Ciao Anna!")


def test_the_venue_that_knows_the_guest_best_writes_when_none_is_named(key, trattoria):
    mare = trattoria.venues[1]
    bruno = contact(key, email="bruno@example.com")
    assert write(key, bruno, template="ask_opinion").status_code == 409
    with_mare = {"venue": str(mare.pk), "starts_at": "2026-01-05T20:00:00+01:00", "party_size": 2, "contact": bruno}
    taken = key.post("bookings/", with_mare).json()
    key.post(f"bookings/{taken['id']}/status/", {"status": "arrived"})

    assert write(key, bruno, template="ask_opinion").json()["venue"] == str(mare.pk)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "channel", "required"),
        ({"channel": "app", "template": "invite"}, "channel", "invalid_choice"),
        ({"channel": "pigeon", "template": "invite"}, "channel", "invalid_choice"),
        ({"channel": "email"}, "text", "required"),
        ({"channel": "email", "text": "Hello"}, "subject", "required"),
        ({"channel": "email", "subject": "Hello", "text": "   "}, "text", "required"),
        ({"channel": "email", "subject": "a" * 201, "text": "Hello"}, "subject", "max_length"),
        ({"channel": "email", "subject": "Hello", "text": "a" * 5001}, "text", "max_length"),
        ({"channel": "email", "subject": "Hello", "text": "a\0b"}, "text", "null_characters_not_allowed"),
        ({"channel": "email", "subject": "Hello", "text": 7}, "text", "invalid"),
        ({"channel": "sms", "subject": "Hello", "text": "Hello"}, "subject", "not_allowed"),
        ({"channel": "sms", "text": "a" * 919}, "text", "max_length"),
        ({"channel": "email", "template": "no-such"}, "template", "unknown_id"),
        ({"channel": "email", "template": "free"}, "template", "unknown_id"),
        ({"channel": "email", "template": NO_ID}, "template", "unknown_id"),
        ({"channel": "email", "template": "invite", "venue": NO_ID}, "venue", "unknown_id"),
        ({"channel": "email", "template": "invite", "venue": "Centro"}, "venue", "invalid"),
        ({"channel": "email", "template": "invite", "to": "x@example.com"}, "to", "unknown_field"),
    ],
)
def test_bad_input_is_named_by_its_field_and_writes_nothing(key, anna, body, field, code):
    problem = assert_problem(key.post(f"contacts/{anna}/messages/", body), 400, "invalid")

    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]
    assert key.get("messages/").json()["results"] == []


def test_a_template_of_another_channel_is_400(key, anna):
    (sms,) = key.get("message-templates/?kind=invite&language=it&channel=sms").json()["results"]

    problem = assert_problem(write(key, anna, template=sms["id"]), 400, "invalid")

    assert [(one["field"], one["code"]) for one in problem["errors"]] == [("template", "other_channel")]


def test_a_contact_without_an_address_on_the_channel_is_422(key):
    bruno = contact(key, email="", phone="+393331112222")

    problem = assert_problem(write(key, bruno, template="invite"), 422, "no_address")

    assert [one["field"] for one in problem["errors"]] == ["channel"]


def test_a_contact_in_the_bin_is_409(key, anna):
    key.delete(f"contacts/{anna}/")

    assert_problem(write(key, anna, template="invite"), 409, "contact_deleted")


def test_the_same_key_and_body_write_one_message(key, anna):
    body = {"channel": "email", "template": "invite"}
    answers = [key.post(f"contacts/{anna}/messages/", body, **{"Idempotency-Key": "one"}) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert len(key.get("messages/").json()["results"]) == 1


def test_the_list_is_newest_first_and_filters(key, trattoria, anna):
    bruno = contact(key, email="bruno@example.com", phone="")
    agree(key, bruno, trattoria)
    first = write(key, anna, template="invite").json()
    second = write(key, bruno, template="invite").json()

    def ids(query):
        return [row["id"] for row in key.get(f"messages/?{query}").json()["results"]]

    assert ids("") == [second["id"], first["id"]]
    assert ids("ordering=at") == [first["id"], second["id"]]
    assert ids(f"contact={anna}") == [first["id"]]
    assert ids(f"venue={trattoria.venues[1].pk}") == []
    assert ids("status=queued&status=sent") == [second["id"], first["id"]]
    assert ids("status=failed") == []


@pytest.mark.parametrize("query", ["status=lost", "contact=anna", "venue=Centro", "ordering=text", "kind=invite"])
def test_bad_parameters_are_400(key, query):
    assert_problem(key.get(f"messages/?{query}"), 400, "invalid")


def test_a_page_leads_to_the_next(key, anna):
    written = [write(key, anna, subject=f"No. {number}", text="Hello").json()["id"] for number in range(3)]

    first = key.get("messages/?limit=2").json()
    second = key.get(first["next"]).json()

    assert [row["id"] for row in first["results"] + second["results"]] == written[::-1]
    assert second["next"] is None


@pytest.mark.parametrize(("role", "status"), [("owner", 201), ("manager", 201), ("marketer", 201), ("host", 403)])
def test_hosts_read_messages_and_do_not_write_them(trattoria, anna, role, status):
    staff = trattoria.signed_in(role)
    headers = {"X-Tenant": trattoria.tenant.slug}
    body = {"channel": "email", "template": "invite"}

    answer = staff.post(f"/api/v1/contacts/{anna}/messages/", body, content_type="application/json", headers=headers)

    assert answer.status_code == status, answer.content
    assert staff.get("/api/v1/messages/", headers=headers).status_code == 200


@pytest.mark.parametrize("preset", ["widget", "pos", "wifi", "read"])
def test_keys_of_these_presets_neither_read_nor_write_messages(trattoria, bearer, anna, preset):
    other = bearer(trattoria, preset)

    assert_problem(other.get("messages/"), 403, "permission_denied")
    assert_problem(write(other, anna, template="invite"), 403, "permission_denied")


def test_a_key_of_one_venue_sees_and_writes_for_that_venue_only(key, trattoria, bearer, anna):
    centro, mare = trattoria.venues
    agree(key, anna, trattoria, venue=mare)
    of_centro = write(key, anna, template="invite", venue=str(centro.pk)).json()
    of_mare = write(key, anna, template="invite", venue=str(mare.pk)).json()
    bound = bearer(trattoria, venue=mare)

    assert [row["id"] for row in bound.get("messages/").json()["results"]] == [of_mare["id"]]
    assert_problem(bound.get(f"messages/{of_centro['id']}/"), 404, "not_found")
    assert write(bound, anna, template="invite").json()["venue"] == str(mare.pk)
    assert_problem(write(bound, anna, template="invite", venue=str(centro.pk)), 400, "invalid")


def test_the_card_stops_suggesting_once_the_suggestion_was_sent(key, trattoria, anna):
    book(key, anna, trattoria)
    suggested = key.get(f"contacts/{anna}/").json()["suggested_message"]
    write(key, anna, template=suggested["kind"])

    assert suggested == {"kind": "ask_opinion", "reason": "visited"}
    assert key.get(f"contacts/{anna}/").json()["suggested_message"] == {"kind": None, "reason": "already_asked"}
