"""`followers/` through the API (R-CRM-8, R-CRM-9, R-MERGE-4): one contact for each user of the app, and what it may do."""

from __future__ import annotations

import json
import re

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from crm.models import Contact, ContactIdentifier
from outreach import confirmation_codes
from outreach.models import Confirmation, Follow, Follower, Message
from tests.api.test_bookings import booking
from tests.api.test_problems import assert_problem

ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com", "phone": "333 104 2217"}
NO_ID = "0198c5a0-0000-7000-8000-000000000000"
SINCE = "2026-03-01T20:00:00+01:00"


def follow(key, place, external_id="app-1", *, venue=0, **changes):
    return key.post("followers/", {"venue": str(place.venues[venue].pk), "external_id": external_id, **changes})


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key, trattoria):
    """The id of a known contact with Anna's e-mail."""
    return key.post("contacts/", ANNA).json()["id"]


def code_of(place, follower_id):
    with place.enter():
        newest = Confirmation.objects.filter(follower=follower_id).latest("created_at")
        return confirmation_codes.code_of(newest)


def test_a_follow_makes_an_anonymous_contact_with_a_code(key, trattoria):
    answer = follow(key, trattoria, followed_at=SINCE)

    assert answer.status_code == 201
    body = answer.json()
    contact = key.get(f"contacts/{body['contact']}/").json()
    assert re.fullmatch(r"[1-9][0-9]{7}", body["code"])
    assert (body["kind"], body["crm_sync"], body["warnings"]) == ("anonymous", "created", [])
    assert [one["venue"] for one in body["follows"]] == [str(trattoria.venue.pk)]
    assert (contact["kind"], contact["code"], contact["email"], contact["phone"]) == (
        "anonymous",
        body["code"],
        None,
        None,
    )
    assert (contact["first_channel"], contact["last_channel"], contact["first_contact_on"]) == (
        "follow",
        "follow",
        "2026-03-01",
    )
    assert contact["registered_at"] is None
    assert contact["follows"] == body["follows"]


def test_one_external_id_is_one_contact_however_many_venues_it_follows(key, trattoria):
    first = follow(key, trattoria, followed_at=SINCE).json()
    second = follow(key, trattoria, venue=1, followed_at="2026-01-05T12:00:00+01:00")

    assert second.status_code == 201
    assert (second.json()["id"], second.json()["contact"]) == (first["id"], first["contact"])
    contact = key.get(f"contacts/{first['contact']}/").json()
    assert [(one["venue"], one["followed_at"][:10]) for one in contact["follows"]] == [
        (str(trattoria.venues[1].pk), "2026-01-05"),
        (str(trattoria.venues[0].pk), "2026-03-01"),
    ]
    assert contact["first_contact_on"] == "2026-01-05"


def test_another_external_id_is_another_contact_with_another_code(key, trattoria):
    first, second = follow(key, trattoria).json(), follow(key, trattoria, "app-2").json()

    assert first["contact"] != second["contact"]
    assert first["code"] != second["code"]


def test_what_is_told_twice_changes_nothing_and_the_first_date_stays(key, trattoria):
    first = follow(key, trattoria, followed_at=SINCE)
    again = follow(key, trattoria, followed_at="2026-02-01T20:00:00+01:00")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "crm_sync": "unchanged"}
    with trattoria.enter():
        assert AuditEntry.objects.filter(action="follower_added").count() == 1


def test_a_code_finds_its_contact_also_by_its_first_digits_and_with_a_space(key, trattoria):
    body = follow(key, trattoria).json()

    for q in (body["code"], body["code"][:5], f"{body['code'][:4]} {body['code'][4:]}"):
        assert [row["id"] for row in key.get("contacts/", {"q": q}).json()["results"]] == [body["contact"]]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"venue": None}, "venue", "null"),
        ({"venue": "x"}, "venue", "invalid"),
        ({"venue": NO_ID}, "venue", "unknown_id"),
        ({"external_id": ""}, "external_id", "blank"),
        ({"external_id": 7}, "external_id", "invalid"),
        ({"external_id": "x" * 121}, "external_id", "max_length"),
        ({"external_id": "a\x00b"}, "external_id", "null_characters_not_allowed"),
        ({"followed_at": "yesterday"}, "followed_at", "invalid"),
        ({"followed_at": "2026-03-01"}, "followed_at", "invalid"),
        ({"followed_at": "2190-03-01T00:00:00Z"}, "followed_at", "in_future"),
        ({"guest": ANNA}, "guest", "unknown_field"),
    ],
)
def test_a_faulty_follow_is_refused_on_its_field_and_makes_nobody(key, trattoria, changes, field, code):
    body = {"venue": str(trattoria.venue.pk), "external_id": "app-1", **changes}

    problem = assert_problem(key.post("followers/", body), 400, "invalid")

    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(field, code)]
    with trattoria.enter():
        assert (Contact.objects.count(), Follower.objects.count()) == (0, 0)


def test_followers_are_listed_by_page_venue_contact_and_external_id(key, trattoria):
    one, two, three = (follow(key, trattoria, f"app-{number}", venue=number == 2).json() for number in range(3))

    def listed(**query):
        return [row["id"] for row in key.get("followers/", query).json()["results"]]

    assert listed() == [one["id"], two["id"], three["id"]]
    assert listed(venue=str(trattoria.venues[1].pk)) == [three["id"]]
    assert listed(contact=two["contact"]) == [two["id"]]
    assert listed(external_id="app-0") == [one["id"]]
    first = key.get("followers/", {"limit": 2}).json()
    assert [row["id"] for row in key.get(first["next"]).json()["results"]] == [three["id"]]
    assert key.get(f"followers/{one['id']}/").json() == {
        name: value for name, value in one.items() if name not in ("crm_sync", "warnings")
    }


def test_contacts_are_filtered_by_the_venue_they_follow(key, trattoria):
    centro, mare = follow(key, trattoria).json(), follow(key, trattoria, "app-2", venue=1).json()

    for venue, body in zip(trattoria.venues, (centro, mare), strict=True):
        found = key.get("contacts/", {"following": str(venue.pk), "kind": "anonymous"}).json()["results"]
        assert [row["id"] for row in found] == [body["contact"]]
    problem = assert_problem(key.get("contacts/?following=true"), 400, "invalid")
    assert [error["field"] for error in problem["errors"]] == ["following"]


def test_a_following_ends_and_the_contact_stays(key, trattoria):
    body = follow(key, trattoria).json()
    path = f"followers/{body['id']}/follows/{trattoria.venue.pk}/"

    assert key.delete(path).status_code == 204
    assert_problem(key.delete(path), 404, "not_found")

    assert key.get(f"followers/{body['id']}/").json()["follows"] == []
    assert key.get(f"contacts/{body['contact']}/").json()["follows"] == []
    with trattoria.enter():
        assert AuditEntry.objects.filter(action="follower_removed").count() == 1


def test_an_anonymous_user_may_write_a_message(key, trattoria):
    body = follow(key, trattoria).json()

    answer = key.post(f"followers/{body['id']}/messages/", {"venue": str(trattoria.venue.pk), "text": "A table?"})

    assert answer.status_code == 201
    assert (answer.json()["contact"], answer.json()["direction"], answer.json()["channel"]) == (
        body["contact"],
        "in",
        "app",
    )
    communications = key.get(f"contacts/{body['contact']}/communications/").json()["results"]
    assert [one["text"] for one in communications] == ["A table?"]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"text": ""}, "text", "blank"),
        ({"text": None}, "text", "null"),
        ({"text": "x" * 5001}, "text", "max_length"),
        ({"venue": NO_ID}, "venue", "unknown_id"),
        ({"subject": "x" * 201}, "subject", "max_length"),
        ({"channel": "app"}, "channel", "unknown_field"),
    ],
)
def test_a_faulty_message_is_refused_on_its_field(key, trattoria, changes, field, code):
    body = follow(key, trattoria).json()
    message = {"venue": str(trattoria.venue.pk), "text": "A table?", **changes}

    problem = assert_problem(key.post(f"followers/{body['id']}/messages/", message), 400, "invalid")

    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(field, code)]
    with trattoria.enter():
        assert Message.objects.count() == 0


def test_booking_for_an_anonymous_user_needs_a_registration(key, trattoria):
    body = follow(key, trattoria).json()
    booked = key.post("bookings/", booking(trattoria)).json()

    taken = key.post("bookings/", booking(trattoria, contact=body["contact"], guest=None))
    named = key.post("bookings/", booking(trattoria, contact=body["contact"], guest=ANNA))
    linked = key.post(f"bookings/{booked['id']}/contact/", {"contact": body["contact"]})

    for answer in (taken, named, linked):
        assert_problem(answer, 403, "registration_required")
    assert key.get("bookings/", {"contact": body["contact"]}).json()["results"] == []


class TestAVouchedRegistration:
    def test_keeps_the_row_of_a_guest_whom_nobody_knows(self, key, trattoria):
        body = follow(key, trattoria, followed_at=SINCE).json()

        answer = key.post(f"followers/{body['id']}/register/", {"guest": ANNA, "verified": True})

        assert answer.status_code == 200
        assert (answer.json()["status"], answer.json()["contact"]) == ("registered", body["contact"])
        contact = key.get(f"contacts/{body['contact']}/").json()
        assert (contact["kind"], contact["code"], contact["email"], contact["phone"]) == (
            "registered",
            body["code"],
            "anna@example.com",
            "+393331042217",
        )
        assert contact["registered_at"] is not None
        assert (contact["first_channel"], contact["last_channel"], contact["merged_from"]) == ("follow", "follow", [])
        assert key.post("bookings/", booking(trattoria, contact=body["contact"], guest=None)).status_code == 201

    def test_says_when_it_happened_if_the_key_states_it(self, key, trattoria):
        body = follow(key, trattoria).json()
        guest = {**ANNA, "registered_at": "2025-05-01T10:00:00+02:00"}

        key.post(f"followers/{body['id']}/register/", {"guest": guest, "verified": True})

        assert key.get(f"contacts/{body['contact']}/").json()["registered_at"].startswith("2025-05-01T08:00:00")

    @pytest.mark.parametrize("act", ["register", "login"])
    def test_merges_into_a_known_contact_whose_old_id_answers_for_ever(self, key, trattoria, anna, act):
        body = follow(key, trattoria, followed_at=SINCE).json()

        answer = key.post(f"followers/{body['id']}/{act}/", {"guest": ANNA, "verified": True}).json()

        assert (answer["status"], answer["contact"], answer["follower"]["contact"]) == ("merged", anna, anna)
        known, old = key.get(f"contacts/{anna}/").json(), key.get(f"contacts/{body['contact']}/").json()
        assert known == old
        assert (known["id"], known["merged_from"], known["kind"]) == (anna, [body["contact"]], "registered")
        assert known["follows"] == body["follows"]
        assert known["first_contact_on"] == "2026-03-01"
        listed = [row["id"] for row in key.get("contacts/").json()["results"]]
        assert listed == [anna]
        assert [row["id"] for row in key.get("contacts/", {"q": body["code"]}).json()["results"]] == [anna]

    def test_finds_the_known_contact_by_the_phone_where_there_is_no_email(self, key, trattoria):
        known = key.post("contacts/", {"last_name": "Rossi", "phone": ANNA["phone"]}).json()["id"]
        body = follow(key, trattoria).json()

        answer = key.post(f"followers/{body['id']}/login/", {"guest": ANNA, "verified": True}).json()

        assert (answer["status"], answer["contact"]) == ("merged", known)
        assert key.get(f"contacts/{known}/").json()["email"] == "anna@example.com"

    def test_sent_twice_changes_nothing(self, key, trattoria):
        body = follow(key, trattoria).json()
        send = {"guest": ANNA, "verified": True}

        first = key.post(f"followers/{body['id']}/register/", send).json()
        again = key.post(f"followers/{body['id']}/login/", send).json()

        assert (again["status"], again["contact"], again["crm_sync"]) == ("registered", first["contact"], "unchanged")

    def test_cannot_make_a_registered_user_another_guest(self, key, trattoria, anna):
        body = follow(key, trattoria).json()
        key.post(f"followers/{body['id']}/register/", {"guest": {"email": "bruno@example.com"}, "verified": True})

        answer = key.post(f"followers/{body['id']}/login/", {"guest": ANNA, "verified": True})

        assert_problem(answer, 409, "already_registered")
        assert key.get(f"followers/{body['id']}/").json()["contact"] == body["contact"]

    @pytest.mark.parametrize(
        ("guest", "field", "code"),
        [
            ({"email": "anna@example"}, "guest.email", "email_invalid"),
            ({"phone": "12"}, "guest.phone", "phone_invalid"),
            ({"first_name": "Anna"}, "guest.email", "identifier_needed"),
        ],
    )
    def test_needs_an_email_or_a_phone(self, key, trattoria, guest, field, code):
        body = follow(key, trattoria).json()

        answer = key.post(f"followers/{body['id']}/register/", {"guest": guest, "verified": True})

        problem = assert_problem(answer, 400, "invalid")
        assert [(error["field"], error["code"]) for error in problem["errors"]] == [(field, code)]

    def test_may_have_a_faulty_phone_beside_an_email(self, key, trattoria):
        body = follow(key, trattoria).json()

        answer = key.post(f"followers/{body['id']}/register/", {"guest": {**ANNA, "phone": "12"}, "verified": True})

        assert [one["code"] for one in answer.json()["warnings"]] == ["phone_invalid"]


class TestARegistrationThatNobodyVouchesFor:
    def test_answers_alike_for_known_and_unknown_guests(self, key, trattoria, anna):
        one, two = follow(key, trattoria).json(), follow(key, trattoria, "app-2").json()

        known = key.post(f"followers/{one['id']}/login/", {"guest": ANNA})
        unknown = key.post(f"followers/{two['id']}/login/", {"guest": {**ANNA, "email": "new@example.com"}})

        assert (known.status_code, unknown.status_code) == (202, 202)
        assert known.content == unknown.content == b'{"status":"pending_confirmation","warnings":[]}'
        same = ("X-Request-Id", "RateLimit-Remaining", "RateLimit-Reset")
        assert {name: value for name, value in known.headers.items() if name not in same} == {
            name: value for name, value in unknown.headers.items() if name not in same
        }
        for before in (one, two):
            now = key.get(f"followers/{before['id']}/").json()
            assert (now["contact"], now["kind"]) == (before["contact"], "anonymous")
        assert key.get(f"contacts/{anna}/").json()["merged_from"] == []

    def test_merges_a_known_guest_once_the_code_is_told(self, key, trattoria, anna):
        body = follow(key, trattoria).json()
        key.post(f"followers/{body['id']}/login/", {"guest": ANNA})

        answer = key.post(f"followers/{body['id']}/confirm/", {"code": code_of(trattoria, body["id"])})

        assert answer.status_code == 200
        assert (answer.json()["status"], answer.json()["contact"]) == ("merged", anna)
        assert key.get(f"contacts/{body['contact']}/").json()["id"] == anna

    def test_registers_an_unknown_guest_once_the_code_is_told(self, key, trattoria):
        body = follow(key, trattoria).json()
        key.post(f"followers/{body['id']}/register/", {"guest": ANNA, "verified": False})

        answer = key.post(f"followers/{body['id']}/confirm/", {"code": code_of(trattoria, body["id"])}).json()

        assert (answer["status"], answer["contact"]) == ("registered", body["contact"])
        contact = key.get(f"contacts/{body['contact']}/").json()
        assert (contact["kind"], contact["email"], contact["last_name"]) == ("registered", ANNA["email"], "Rossi")

    def test_proves_the_email_and_not_the_phone(self, key, trattoria):
        """The phone of another guest who has no e-mail must not let anybody take that contact over."""
        other = key.post("contacts/", {"last_name": "Verdi", "phone": ANNA["phone"]}).json()["id"]
        body = follow(key, trattoria).json()
        key.post(f"followers/{body['id']}/login/", {"guest": ANNA})

        answer = key.post(f"followers/{body['id']}/confirm/", {"code": code_of(trattoria, body["id"])}).json()

        assert (answer["status"], answer["contact"]) == ("registered", body["contact"])
        assert key.get(f"contacts/{other}/").json()["email"] is None

    def test_a_wrong_code_changes_nothing_and_five_of_them_void_it(self, key, trattoria, anna):
        body = follow(key, trattoria).json()
        key.post(f"followers/{body['id']}/login/", {"guest": ANNA})
        right = code_of(trattoria, body["id"])
        wrong = f"{(int(right) + 1) % 10**6:06d}"

        for _try in range(5):
            problem = assert_problem(key.post(f"followers/{body['id']}/confirm/", {"code": wrong}), 422, "wrong_code")
            assert [error["field"] for error in problem["errors"]] == ["code"]
        assert_problem(key.post(f"followers/{body['id']}/confirm/", {"code": right}), 429, "too_many_tries")

        assert key.get(f"followers/{body['id']}/").json()["contact"] == body["contact"]
        key.post(f"followers/{body['id']}/login/", {"guest": ANNA})
        newer = code_of(trattoria, body["id"])
        assert key.post(f"followers/{body['id']}/confirm/", {"code": newer}).json()["status"] == "merged"

    def test_a_code_is_good_once_and_only_the_newest_counts(self, key, trattoria):
        body = follow(key, trattoria).json()
        path = f"followers/{body['id']}"
        assert_problem(key.post(f"{path}/confirm/", {"code": "000000"}), 410, "confirmation_closed")
        key.post(f"{path}/register/", {"guest": {"email": "old@example.com"}})
        older = code_of(trattoria, body["id"])
        key.post(f"{path}/register/", {"guest": ANNA})
        newer = code_of(trattoria, body["id"])

        assert_problem(key.post(f"{path}/confirm/", {"code": older}), 422, "wrong_code")
        assert key.post(f"{path}/confirm/", {"code": newer}).status_code == 200
        assert_problem(key.post(f"{path}/confirm/", {"code": newer}), 410, "confirmation_closed")
        assert key.get(f"contacts/{body['contact']}/").json()["email"] == ANNA["email"]

    def test_at_most_five_codes_a_day_go_to_an_email_or_for_a_user(self, key, trattoria):
        one, two = follow(key, trattoria).json(), follow(key, trattoria, "app-2").json()
        for _code in range(5):
            assert key.post(f"followers/{one['id']}/login/", {"guest": ANNA}).status_code == 202

        other = {"guest": {"email": "other@example.com"}}
        assert_problem(key.post(f"followers/{two['id']}/login/", {"guest": ANNA}), 429, "too_many_codes")
        assert_problem(key.post(f"followers/{one['id']}/login/", other), 429, "too_many_codes")
        assert key.post(f"followers/{two['id']}/login/", other).status_code == 202

    def test_is_refused_alike_for_any_email_when_the_user_has_an_account(self, key, trattoria, anna):
        body = follow(key, trattoria).json()
        key.post(f"followers/{body['id']}/register/", {"guest": {"email": "bruno@example.com"}, "verified": True})

        for email in (ANNA["email"], "new@example.com", "bruno@example.com"):
            answer = key.post(f"followers/{body['id']}/login/", {"guest": {"email": email}})
            assert_problem(answer, 409, "already_registered")

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({}, "guest", "required"),
            ({"guest": None}, "guest", "null"),
            ({"guest": {}}, "guest.email", "required"),
            ({"guest": {"phone": "333 104 2217"}}, "guest.email", "required"),
            ({"guest": {"email": "anna@gimail.con"}}, "guest.email", "email_invalid"),
            ({"guest": {"email": 5}}, "guest.email", "invalid"),
            ({"guest": ANNA, "verified": "yes"}, "verified", "invalid"),
            ({"guest": ANNA, "verified": None}, "verified", "null"),
            ({"guest": ANNA, "venue": NO_ID}, "venue", "unknown_field"),
        ],
    )
    def test_needs_an_email_that_a_code_can_be_mailed_to(self, key, trattoria, body, field, code):
        follower = follow(key, trattoria).json()

        problem = assert_problem(key.post(f"followers/{follower['id']}/register/", body), 400, "invalid")

        assert [(error["field"], error["code"]) for error in problem["errors"]] == [(field, code)]
        with trattoria.enter():
            assert Confirmation.objects.count() == 0

    def test_warns_of_what_was_typed_only(self, key, trattoria):
        follower = follow(key, trattoria).json()

        answer = key.post(f"followers/{follower['id']}/register/", {"guest": {"email": "anna@gmial.com"}})

        assert [(one["code"], one["suggestion"]) for one in answer.json()["warnings"]] == [
            ("email_typo", "anna@gmail.com")
        ]

    @pytest.mark.parametrize(
        ("body", "code"), [({}, "required"), ({"code": 123456}, "invalid"), ({"code": "1" * 21}, "max_length")]
    )
    def test_a_faulty_code_is_refused_on_its_field(self, key, trattoria, body, code):
        follower = follow(key, trattoria).json()

        problem = assert_problem(key.post(f"followers/{follower['id']}/confirm/", body), 400, "invalid")

        assert [(error["field"], error["code"]) for error in problem["errors"]] == [("code", code)]


def test_every_act_answers_a_repeated_idempotency_key_with_its_first_answer(key, trattoria):
    body = follow(key, trattoria).json()
    headers = {"Idempotency-Key": "once"}
    send = {"guest": ANNA, "verified": True}

    first = key.post(f"followers/{body['id']}/register/", send, **headers)
    again = key.post(f"followers/{body['id']}/register/", send, **headers)

    assert (first.content, again.headers["Idempotent-Replayed"]) == (again.content, "true")


@pytest.mark.parametrize("preset", ["widget", "pos", "wifi", "read"])
def test_only_a_trusted_key_tells_of_followers(trattoria, bearer, key, preset):
    body = follow(key, trattoria).json()
    other = bearer(trattoria, preset)

    for path in ("followers/", f"followers/{body['id']}/register/", f"followers/{body['id']}/messages/"):
        assert assert_problem(other.post(path, {}), 403, "permission_denied")["permission"] == "followers_write"


def test_a_key_of_one_venue_sees_the_followers_of_that_venue(trattoria, bearer, key):
    centro, mare = follow(key, trattoria).json(), follow(key, trattoria, "app-2", venue=1).json()
    bound = bearer(trattoria, "admin", venue=trattoria.venue)

    assert [row["id"] for row in bound.get("followers/").json()["results"]] == [centro["id"]]
    assert_problem(bound.get(f"followers/{mare['id']}/"), 404, "not_found")
    assert_problem(follow(bound, trattoria, "app-3", venue=1), 400, "invalid")
    assert_problem(bound.delete(f"followers/{centro['id']}/follows/{trattoria.venues[1].pk}/"), 404, "not_found")


def test_who_was_moved_to_the_bin_and_follows_anew_is_a_new_contact(key, trattoria):
    body = follow(key, trattoria).json()
    key.delete(f"contacts/{body['contact']}/")

    assert follow(key, trattoria).status_code == 200
    anew = follow(key, trattoria, venue=1).json()

    assert (anew["id"], anew["crm_sync"]) == (body["id"], "created")
    assert anew["contact"] != body["contact"]
    assert anew["code"] != body["code"]
    assert key.get(f"contacts/{body['contact']}/").json()["deleted_at"] is not None


def test_an_email_typed_by_staff_makes_an_anonymous_user_a_guest_like_any_other(key, trattoria):
    body = follow(key, trattoria).json()

    contact = key.patch(f"contacts/{body['contact']}/", {"email": ANNA["email"]}).json()

    assert (contact["kind"], contact["registered_at"]) == ("unregistered", None)
    assert key.post("bookings/", booking(trattoria, contact=body["contact"], guest=None)).status_code == 201
    answer = key.post(f"followers/{body['id']}/register/", {"guest": ANNA, "verified": True}).json()
    assert (answer["status"], answer["contact"], answer["follower"]["kind"]) == (
        "registered",
        body["contact"],
        "registered",
    )


def test_the_stranger_may_use_the_same_external_id_for_a_contact_of_its_own(trattoria, bistro, bearer, key):
    ours, theirs = follow(key, trattoria).json(), follow(bearer(bistro), bistro).json()

    assert {ours["id"], ours["contact"]} & {theirs["id"], theirs["contact"]} == set()
    assert theirs["crm_sync"] == "created"


def test_nothing_of_a_code_is_kept(key, trattoria):
    body = follow(key, trattoria).json()
    key.post(f"followers/{body['id']}/login/", {"guest": ANNA})
    code = code_of(trattoria, body["id"])

    with trattoria.enter():
        (row,) = Confirmation.objects.values()
        assert code not in json.dumps(row, default=str).replace(str(row["id"]), "")
        assert Follow.objects.count() == 1
        assert ContactIdentifier.objects.count() == 0
        assert row["expires_at"] > timezone.now()
