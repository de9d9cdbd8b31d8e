"""`privacy/requests/`: the register of access and erasure requests (R-PRIV-2)."""

from __future__ import annotations

import datetime

import pytest

from audit.models import AuditEntry
from crm import months, privacy_requests
from crm.models import PrivacyRequest
from tenants import keyed_hash
from tests.api.test_problems import assert_problem

NO_ID = "0198c5a0-0000-7000-8000-000000000000"
ANNA = {"kind": "access", "subject_name": "Anna Rossi", "subject_address": "Anna@Example.com", "notes": "By letter."}


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def today(trattoria):
    with trattoria.enter():
        return privacy_requests.today()


def assert_fault(response, code):
    assert [error["code"] for error in assert_problem(response, 400, "invalid")["errors"]] == [code]


def iso(day):
    return day.isoformat()


def test_a_request_is_entered_and_due_after_a_calendar_month(key, today):
    made = key.post("privacy/requests/", ANNA)

    body = made.json()
    assert made.status_code == 201
    assert {name: body[name] for name in ANNA} == ANNA
    assert (body["received_on"], body["due_on"]) == (iso(today), iso(months.later(today, 1)))
    assert (body["done_on"], body["done_by"], body["is_overdue"], body["extension_reason"]) == (None, "", False, "")
    assert key.get(f"privacy/requests/{body['id']}/").json() == body
    assert key.get("privacy/requests/").json()["results"] == [body]


def test_those_due_first_come_first_and_the_list_is_filtered(key, today):
    days = [today - datetime.timedelta(days=ago) for ago in (3, 60, 10)]
    made = [key.post("privacy/requests/", {**ANNA, "received_on": iso(day)}).json() for day in days]
    key.patch(f"privacy/requests/{made[0]['id']}/", {"kind": "erasure"})
    key.patch(f"privacy/requests/{made[2]['id']}/", {"done_on": iso(today)})

    def listed(**query):
        return [
            made.index(next(m for m in made if m["id"] == one["id"]))
            for one in key.get("privacy/requests/", query).json()["results"]
        ]

    assert listed() == [1, 2, 0]
    assert listed(is_done="false") == [1, 0]
    assert listed(is_done="true") == [2]
    assert listed(kind="erasure") == [0]
    assert [one["is_overdue"] for one in key.get("privacy/requests/").json()["results"]] == [True, False, False]


def test_a_new_day_of_receipt_moves_the_day_it_is_due(key, today):
    made = key.post("privacy/requests/", ANNA).json()
    earlier = today - datetime.timedelta(days=40)

    moved = key.patch(f"privacy/requests/{made['id']}/", {"received_on": iso(earlier)}).json()
    assert (moved["due_on"], moved["is_overdue"]) == (iso(months.later(earlier, 1)), True)


def test_it_can_be_put_off_by_two_months_for_a_reason(key, today):
    made = key.post("privacy/requests/", ANNA).json()
    path, last = f"privacy/requests/{made['id']}/", months.later(today, 3)

    assert_fault(key.patch(path, {"due_on": iso(last)}), "extension_reason_needed")
    assert_fault(
        key.patch(path, {"due_on": iso(last + datetime.timedelta(days=1)), "extension_reason": "much"}),
        "due_out_of_range",
    )
    put_off = key.patch(path, {"due_on": iso(last), "extension_reason": "Six years of orders"})
    assert (put_off.status_code, put_off.json()["due_on"]) == (200, iso(last))


@pytest.mark.parametrize("kind", ["access", "erasure"])
def test_once_it_is_done_only_a_hash_of_the_address_is_left_of_the_guest(trattoria, key, today, kind):
    made = key.post("privacy/requests/", {**ANNA, "kind": kind}).json()

    done = key.patch(f"privacy/requests/{made['id']}/", {"done_on": iso(today)}).json()

    assert (done["subject_name"], done["subject_address"], done["notes"]) == ("", "", "")
    assert (done["done_on"], done["done_by"], done["is_overdue"]) == (iso(today), "admin", False)
    with trattoria.enter():
        kept = PrivacyRequest.objects.get(pk=made["id"])
        assert kept.subject_hash == keyed_hash.of("anna@example.com")


@pytest.mark.parametrize("kind", ["access", "erasure"])
def test_why_it_took_longer_stays_as_the_proof_of_the_house(key, today, kind):
    """GDPR, article 12: whoever answers after the month shows why."""
    received = today - datetime.timedelta(days=60)
    late = {"received_on": iso(received), "due_on": iso(today), "extension_reason": "Six years of orders"}
    made = key.post("privacy/requests/", {**ANNA, "kind": kind, **late}).json()

    done = key.patch(f"privacy/requests/{made['id']}/", {"done_on": iso(today)}).json()

    assert (done["extension_reason"], done["due_on"], done["notes"]) == ("Six years of orders", iso(today), "")


def test_what_is_done_stays_as_it_is(key, today):
    made = key.post("privacy/requests/", ANNA).json()
    path = f"privacy/requests/{made['id']}/"
    done = key.patch(path, {"done_on": iso(today)}).json()

    assert_problem(key.patch(path, {"notes": "more"}), 409, "request_done")
    assert_problem(key.delete(path), 409, "request_done")
    assert key.get(path).json() == done


def test_one_entered_by_mistake_is_taken_out(key):
    made = key.post("privacy/requests/", ANNA).json()

    assert key.delete(f"privacy/requests/{made['id']}/").status_code == 204
    assert_problem(key.get(f"privacy/requests/{made['id']}/"), 404, "not_found")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"kind": "rectification"}, "kind", "invalid_choice"),
        ({"kind": None}, "kind", "null"),
        ({"subject_name": 5}, "subject_name", "invalid"),
        ({"subject_name": "x" * 201}, "subject_name", "max_length"),
        ({"subject_address": "x" * 255}, "subject_address", "max_length"),
        ({"received_on": "yesterday"}, "received_on", "invalid"),
        ({"received_on": "2026-02-30"}, "received_on", "invalid"),
        ({"due_on": "2026-1-1"}, "due_on", "invalid"),
        ({"notes": "x" * 2001}, "notes", "max_length"),
        ({"extension_reason": ["x"]}, "extension_reason", "invalid"),
        ({"done_on": "2026-01-01"}, "done_on", "unknown_field"),
        ({"subject_hash": "x"}, "subject_hash", "unknown_field"),
    ],
)
def test_a_faulty_request_is_400_with_the_field(key, changes, field, code):
    body = assert_problem(key.post("privacy/requests/", {**ANNA, **changes}), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert key.get("privacy/requests/").json()["results"] == []


def test_days_must_follow_one_another(key, today):
    tomorrow, long_ago = iso(today + datetime.timedelta(days=1)), iso(today - datetime.timedelta(days=90))
    made = key.post("privacy/requests/", ANNA).json()
    path = f"privacy/requests/{made['id']}/"

    assert_fault(key.post("privacy/requests/", {**ANNA, "received_on": tomorrow}), "in_future")
    assert_fault(key.post("privacy/requests/", {**ANNA, "due_on": iso(today)}), "due_out_of_range")
    assert_fault(key.post("privacy/requests/", {**ANNA, "due_on": long_ago}), "due_out_of_range")
    assert_fault(key.patch(path, {"done_on": tomorrow}), "in_future")
    assert_fault(key.patch(path, {"done_on": long_ago}), "done_before_received")
    assert key.get(path).json() == made


def test_somebody_must_have_asked(key):
    assert_fault(key.post("privacy/requests/", {"kind": "access"}), "subject_needed")
    assert key.post("privacy/requests/", {"kind": "access", "subject_address": "Via Roma 1, Lodi"}).status_code == 201
    made = key.post("privacy/requests/", {"kind": "access", "subject_name": "Anna"}).json()
    assert_fault(key.patch(f"privacy/requests/{made['id']}/", {"subject_name": ""}), "subject_needed")


def test_the_audit_log_names_nobody(trattoria, key, today):
    made = key.post("privacy/requests/", ANNA).json()
    path = f"privacy/requests/{made['id']}/"
    key.patch(path, {"kind": "erasure", "subject_name": "Anna Maria Rossi"})
    key.patch(path, {"done_on": iso(today)})
    other = key.post("privacy/requests/", ANNA).json()
    key.delete(f"privacy/requests/{other['id']}/")

    with trattoria.enter():
        entries = list(AuditEntry.objects.filter(action__startswith="privacy_request").order_by("created_at", "pk"))
    assert [entry.action.removeprefix("privacy_request_") for entry in entries] == [
        *("created", "updated", "done", "created", "deleted")
    ]
    assert (entries[1].before, entries[1].after) == ({"kind": "access"}, {"kind": "erasure"})
    assert (entries[2].before, entries[2].after) == ({"done_on": None}, {"done_on": iso(today)})
    assert "nna" not in "".join(f"{entry.before}{entry.after}" for entry in entries)


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("manager", 200), ("host", 403), ("marketer", 403)])
def test_owner_and_manager_keep_the_register(trattoria, inside, role, status):
    client = trattoria.signed_in(role)

    assert client.get("/api/v1/privacy/requests/", headers={"X-Tenant": trattoria.tenant.slug}).status_code == status


@pytest.mark.parametrize("query", ["kind=x", "is_done=perhaps", "limit=0", "q=Anna"])
def test_a_faulty_filter_is_400(key, query):
    assert_problem(key.get(f"privacy/requests/?{query}"), 400, "invalid")
