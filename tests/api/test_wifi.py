"""`wifi-sessions/`: one POST of a captive portal (R-ID-1, R-ID-5, R-VISIT-1, R-VISIT-4, R-CONSENT-2)."""

from __future__ import annotations

import datetime

import pytest

from tests.api.test_bookings import ANNA, booking
from tests.api.test_problems import assert_problem

NO_ID = "0198c5a0-0000-7000-8000-000000000000"


@pytest.fixture
def portal(trattoria, bearer):
    return bearer(trattoria, "wifi", venue=trattoria.venue)


def wifi_login(place, **changes):
    return {
        "venue": str(place.venue.pk),
        "provider": "unifi",
        "external_id": "",
        "connected_at": "2026-11-20T23:59:00+01:00",
        "guest": ANNA,
        **changes,
    }


def test_a_login_is_a_contact_and_a_visit(trattoria, bearer, portal):
    answer = portal.post("wifi-sessions/", wifi_login(trattoria))

    body = answer.json()
    assert answer.status_code == 201
    assert {name: value for name, value in body.items() if name not in ("id", "contact")} == {
        **wifi_login(trattoria),
        "service_date": "2026-11-20",
        "crm_sync": "created",
        "warnings": [],
    }
    admin = bearer(trattoria)
    contact = admin.get(f"contacts/{body['contact']}/").json()
    assert (contact["first_channel"], contact["stats"]["visit_count"], contact["stats"]["booking_count"]) == (
        "wifi",
        1,
        0,
    )
    visits = admin.get(f"contacts/{body['contact']}/visits/").json()
    [visit] = visits["results"]
    assert visit["date"] == "2026-11-20"
    assert visit["sources"] == [{"kind": "wifi", "id": body["id"], "happened_at": "2026-11-20T22:59:00Z"}]
    assert visits["breakdown"] == {"bookings": 0, "orders": 0, "wifi_only": 1, "imported": 0, "distinct_days": 1}
    assert admin.get(f"contacts/{body['contact']}/bookings/").json()["results"] == []


def test_wifi_and_a_booking_on_one_day_are_one_visit_with_both_sources(trattoria, bearer, portal):
    admin = bearer(trattoria)
    taken = admin.post("bookings/", booking(trattoria, starts_at="2026-11-20T20:00:00+01:00")).json()
    admin.post(f"bookings/{taken['id']}/status/", {"status": "arrived", "at": "2026-11-20T20:05:00+01:00"})

    session = portal.post("wifi-sessions/", wifi_login(trattoria)).json()

    body = admin.get(f"contacts/{taken['contact']}/visits/").json()
    assert session["contact"] == taken["contact"]
    assert [[(one["kind"], one["id"]) for one in visit["sources"]] for visit in body["results"]] == [
        [("booking", taken["id"]), ("wifi", session["id"])]
    ]
    assert body["breakdown"] == {"bookings": 1, "orders": 0, "wifi_only": 0, "imported": 0, "distinct_days": 1}


def test_connected_at_is_now_when_absent_and_the_guest_may_be(trattoria, portal):
    before = datetime.datetime.now(datetime.UTC)

    answer = portal.post("wifi-sessions/", {"venue": str(trattoria.venue.pk)})

    body = answer.json()
    assert (answer.status_code, body["contact"], body["crm_sync"], body["guest"]) == (201, None, "no_identity", {})
    assert before <= datetime.datetime.fromisoformat(body["connected_at"]) <= datetime.datetime.now(datetime.UTC)


def test_null_and_empty_mean_absent(trattoria, portal):
    empty = {"first_name": None, "email": "", "phone": "  "}

    body = portal.post(
        "wifi-sessions/",
        wifi_login(trattoria, provider=None, external_id="", connected_at=None, guest=empty, marketing_opt_in=None),
    ).json()

    assert (body["provider"], body["external_id"], body["guest"], body["contact"]) == ("", "", {}, None)


@pytest.mark.parametrize(
    ("guest", "code", "field"),
    [
        ({"email": "anna@gimail.con"}, "email_invalid", "guest.email"),
        ({"email": "anna@gmial.com"}, "email_typo", "guest.email"),
        ({"email": "anna@example.com", "phone": "12"}, "phone_invalid", "guest.phone"),
    ],
)
def test_a_faulty_email_or_phone_is_a_warning(trattoria, portal, guest, code, field):
    answer = portal.post("wifi-sessions/", wifi_login(trattoria, guest=guest))

    assert answer.status_code == 201
    assert [(one["code"], one["field"]) for one in answer.json()["warnings"]] == [(code, field)]
    assert answer.json()["guest"] == guest


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"venue": None}, "venue", "null"),
        ({"venue": "centro"}, "venue", "invalid"),
        ({"venue": 7}, "venue", "invalid"),
        ({"venue": NO_ID}, "venue", "unknown_id"),
        ({"provider": 5}, "provider", "invalid"),
        ({"provider": "x" * 41}, "provider", "max_length"),
        ({"external_id": "x" * 121}, "external_id", "max_length"),
        ({"external_id": "\x00"}, "external_id", "null_characters_not_allowed"),
        ({"external_id": ["S1"]}, "external_id", "invalid"),
        ({"connected_at": "2026-11-20T20:00:00"}, "connected_at", "invalid"),
        ({"connected_at": "2026-11-20"}, "connected_at", "invalid"),
        ({"connected_at": "2026-02-30T20:00:00Z"}, "connected_at", "invalid"),
        ({"connected_at": 1700000000}, "connected_at", "invalid"),
        ({"connected_at": "0001-01-01T00:00:00+14:00"}, "connected_at", "out_of_range"),
        ({"connected_at": "2126-11-20T20:00:00Z"}, "connected_at", "in_future"),
        ({"guest": []}, "guest", "invalid"),
        ({"guest": "anna@example.com"}, "guest", "invalid"),
        ({"guest": {"first_name": 5}}, "guest.first_name", "invalid"),
        ({"guest": {"first_name": "x" * 101}}, "guest.first_name", "max_length"),
        ({"guest": {"email": ["a@b.it"]}}, "guest.email", "invalid"),
        ({"guest": {"phone": 3331234567}}, "guest.phone", "invalid"),
        ({"guest": {"first_name": "\udcff"}}, "guest.first_name", "surrogate_characters_not_allowed"),
        ({"guest": {"language": "klingon"}}, "guest.language", "unknown_language"),
        ({"guest": {"birthday": "1980-02-30"}}, "guest.birthday", "birthday_unreadable"),
        ({"guest": {"mac": "00:11"}}, "guest.mac", "unknown_field"),
        ({"marketing_opt_in": True}, "marketing_opt_in", "invalid"),
        ({"marketing_opt_in": {"email": "yes"}}, "marketing_opt_in.email", "invalid"),
        ({"contact": NO_ID}, "contact", "unknown_field"),
        ({"channel": "wifi"}, "channel", "unknown_field"),
    ],
)
def test_a_faulty_login_is_400_with_the_field_and_nothing_is_taken(trattoria, bearer, changes, field, code):
    key = bearer(trattoria)

    body = assert_problem(key.post("wifi-sessions/", wifi_login(trattoria, **changes)), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert key.get("contacts/").json()["results"] == []


def test_a_known_external_id_answers_200_with_the_first_login(trattoria, portal):
    first = portal.post("wifi-sessions/", wifi_login(trattoria, external_id="S1"))
    second = portal.post("wifi-sessions/", wifi_login(trattoria, external_id="S1", guest={}, connected_at=None))

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == {**first.json(), "crm_sync": "unchanged"}


def test_an_idempotency_key_replays_the_answer(trattoria, bearer, portal):
    headers = {"Idempotency-Key": "login-1"}
    body = wifi_login(trattoria)

    first, second = (portal.post("wifi-sessions/", body, **headers) for _time in range(2))

    assert (second.status_code, second.json(), second.headers["Idempotent-Replayed"]) == (201, first.json(), "true")
    sources = bearer(trattoria).get(f"contacts/{first.json()['contact']}/visits/").json()["results"][0]["sources"]
    assert len(sources) == 1


def test_a_portal_works_for_its_own_venue_and_does_nothing_else(trattoria, portal):
    mare = str(trattoria.venues[1].pk)

    elsewhere = assert_problem(portal.post("wifi-sessions/", wifi_login(trattoria, venue=mare)), 400, "invalid")
    unknown = assert_problem(portal.post("wifi-sessions/", wifi_login(trattoria, venue=NO_ID)), 400, "invalid")

    assert elsewhere["errors"] == unknown["errors"]
    assert_problem(portal.get("wifi-sessions/"), 405, "method_not_allowed")
    assert_problem(portal.get("contacts/"), 403, "permission_denied")
    assert_problem(portal.post("bookings/", booking(trattoria)), 403, "permission_denied")


@pytest.mark.parametrize("preset", ["widget", "pos", "read"])
def test_another_key_sends_no_logins(trattoria, bearer, preset):
    body = assert_problem(
        bearer(trattoria, preset).post("wifi-sessions/", wifi_login(trattoria)), 403, "permission_denied"
    )

    assert body["permission"] == "wifi_create"
    assert bearer(trattoria).get("contacts/").json()["results"] == []


def test_the_box_of_the_portal_is_recorded(trattoria, bearer, portal):
    opt_in = {"email": True, "sms": False, "wording": "wifi-2026-01"}

    contact = portal.post("wifi-sessions/", wifi_login(trattoria, connected_at=None, marketing_opt_in=opt_in)).json()[
        "contact"
    ]

    [email] = bearer(trattoria).get(f"contacts/{contact}/").json()["consents"]
    assert (email["channel"], email["source"], email["status"], email["pending_confirmation"]) == (
        "email",
        "wifi",
        "none",
        True,
    )
