"""A POST sent twice with one Idempotency-Key acts once (API.md, Conventions)."""

from __future__ import annotations

import datetime
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.utils import timezone

from api import idempotency
from api.models import IdempotentAnswer
from tenants import scope
from tenants.models import ApiKey
from tests.api.test_bookings import booking
from tests.api.test_problems import assert_problem

KEY = {"Idempotency-Key": "tablet-7:42"}


def count(key):
    return len(key.get("bookings/").json()["results"])


def test_the_same_request_gets_the_same_answer_and_acts_once(trattoria, bearer):
    key = bearer(trattoria)
    body = booking(trattoria)

    first = key.post("bookings/", body, **KEY)
    again = key.post("bookings/", body, **KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert count(key) == 1


@pytest.mark.parametrize("change", [{"party_size": 3}, {"notes": "x"}])
def test_the_same_key_with_another_body_is_422(trattoria, bearer, change):
    key = bearer(trattoria)
    key.post("bookings/", booking(trattoria), **KEY)

    assert_problem(key.post("bookings/", booking(trattoria, **change), **KEY), 422, "idempotency_mismatch")
    assert_problem(key.post("contacts/", booking(trattoria), **KEY), 422, "idempotency_mismatch")
    assert count(key) == 1


def test_a_refused_request_is_not_kept(trattoria, bearer):
    key = bearer(trattoria)

    assert_problem(key.post("bookings/", booking(trattoria, party_size=0), **KEY), 400, "invalid")

    assert key.post("bookings/", booking(trattoria), **KEY).status_code == 201


def test_keys_belong_to_their_credential(trattoria, bearer):
    first, second = bearer(trattoria), bearer(trattoria)

    one = first.post("bookings/", booking(trattoria), **KEY)
    two = second.post("bookings/", booking(trattoria), **KEY)

    assert one.json()["id"] != two.json()["id"]


def test_a_key_is_forgotten_after_72_hours(trattoria, bearer):
    key = bearer(trattoria)
    first = key.post("bookings/", booking(trattoria), **KEY)
    with scope.enter(trattoria.tenant.pk, scope.SYSTEM):
        IdempotentAnswer.objects.update(created_at=timezone.now() - datetime.timedelta(hours=72, seconds=1))

    second = key.post("bookings/", booking(trattoria), **KEY)

    assert second.json()["id"] != first.json()["id"]
    assert "Idempotent-Replayed" not in second.headers


def test_the_clean_up_deletes_what_is_older_in_every_tenant(trattoria, bistro, bearer):
    for place in (trattoria, bistro):
        bearer(place).post("bookings/", booking(place), **KEY)
        with scope.enter(place.tenant.pk, scope.SYSTEM):
            IdempotentAnswer.objects.update(created_at=timezone.now() - datetime.timedelta(hours=73))
        bearer(place).post("bookings/", booking(place), **KEY)

    assert idempotency.forget_everywhere() == 2
    with scope.enter(trattoria.tenant.pk, scope.SYSTEM):
        assert IdempotentAnswer.objects.count() == 1


@pytest.mark.parametrize(
    ("message", "stays"),
    [
        ("Write to M\u00dcLLER@example.com", False),
        ("Write to anna@b\u00fccher.de", False),
        ("Call 06/123.45.67", False),
        ("Call\u00a0+39\u00a006\u00a01234567", False),
        ("Call 346 123 4567, card 900061234567", True),
        ("Write to muller@example.com", True),
    ],
)
def test_an_answer_that_names_a_guest_goes_with_the_guest(trattoria, bearer, message, stays):
    """However it spells the address, and no other (R-PRIV-1)."""
    key = bearer(trattoria)
    known = {"email": "m\u00fcller@example.com", "phone": "06 123 4567"}
    anna = key.post("contacts/", known).json()["id"]
    key.patch(f"contacts/{anna}/", {"email": "anna@b\u00fccher.de"})
    inquiry = {"venue": str(trattoria.venue.pk), "subject": "A table", "message": message, "guest": {}}
    first = key.post("inquiries/", inquiry, **KEY)
    assert first.status_code == 201, first.content

    assert key.post(f"contacts/{anna}/erase/", {"confirm": "anna@xn--bcher-kva.de"}).status_code == 200

    assert ("Idempotent-Replayed" in key.post("inquiries/", inquiry, **KEY).headers) is stays


def test_an_answer_that_shows_a_secret_is_never_kept(trattoria, bearer):
    key = bearer(trattoria)
    body = {"name": "Till", "preset": "pos"}

    first = key.post("api-keys/", body, **KEY)
    second = key.post("api-keys/", body, **KEY)

    assert first.json()["api_key"] != second.json()["api_key"]
    with scope.enter(trattoria.tenant.pk, scope.SYSTEM):
        assert IdempotentAnswer.objects.count() == 0


def test_the_answers_about_a_contact_can_be_forgotten(trattoria, bearer):
    contact = bearer(trattoria).post("bookings/", booking(trattoria), **KEY).json()["contact"]

    with scope.enter(trattoria.tenant.pk, scope.SYSTEM):
        assert idempotency.forget_contacts([contact]) == 1


@pytest.mark.parametrize("value", ["", "a b", "x" * 256, "é"])
def test_a_faulty_key_is_400(trattoria, bearer, value):
    body = assert_problem(
        bearer(trattoria).post("bookings/", booking(trattoria), **{"Idempotency-Key": value}), 400, "invalid"
    )

    assert body["errors"][0]["field"] == "Idempotency-Key"


def test_the_missing_scope_is_said_before_an_earlier_answer_is_repeated(trattoria, bearer):
    assert_problem(bearer(trattoria, "read").post("bookings/", booking(trattoria), **KEY), 403, "permission_denied")


def test_a_request_that_still_runs_is_409(commits, trattoria, bearer):
    key = bearer(trattoria)
    name = f"idempotency:{trattoria.tenant.pk}:{_credential(trattoria)}:tablet-7:42"
    with connections["owner"].cursor() as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])

        response = key.post("bookings/", booking(trattoria), **KEY)
        other.execute("ROLLBACK")

    assert_problem(response, 409, "idempotency_in_progress")
    assert response.headers["Retry-After"] == "1"
    assert key.post("bookings/", booking(trattoria), **KEY).status_code == 201


def test_parallel_requests_with_one_key_make_one_booking(commits, trattoria, bearer):
    key = bearer(trattoria)
    body = booking(trattoria)

    def send(_number):
        try:
            return key.post("bookings/", body, **KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(24)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    ids = {json.loads(answer.content)["id"] for answer in answers if answer.status_code == 201}
    assert len(ids) == 1
    assert count(key) == 1


def _credential(place):
    with scope.enter(place.tenant.pk, scope.SYSTEM):
        return ApiKey.objects.latest("created_at").pk
