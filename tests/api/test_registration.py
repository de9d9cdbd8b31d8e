"""How a user of the app registers or logs in, and becomes one with a known guest (R-CRM-8, R-CRM-9, R-MERGE-4)."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from crm.models import ContactIdentifier
from outreach import confirmation_codes
from outreach.models import Confirmation, Follow
from tests.api.test_bookings import booking
from tests.api.test_followers import ANNA, NO_ID, SINCE, follow
from tests.api.test_problems import assert_problem


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
