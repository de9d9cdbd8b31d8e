"""`privacy/search/`: everything held for an e-mail, a phone or a name, contacts or not; and clearing facts of it (R-PRIV-1)."""

from __future__ import annotations

import pytest

from audit.models import AuditEntry
from crm import holdings
from tenants.permissions import Permission
from tests.api.test_bookings import booking
from tests.api.test_followers import follow
from tests.api.test_orders import order
from tests.api.test_problems import assert_problem
from tests.api.test_receipts import receipt
from tests.api.test_signups import sent
from tests.api.test_wifi import wifi_login

NO_ID = "0198c5a0-0000-7000-8000-000000000000"
# Neither e-mail nor phone, so that nobody in the list is made of them.
OVER = {"starts_at": "2026-10-01T20:00:00+02:00"}
NAMELESS = {"first_name": "Zoë", "last_name": "Strauß"}
ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com", "phone": "+39 333 123 4567"}


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


def found(key, q):
    answer = key.post("privacy/search/", {"q": q})
    assert answer.status_code == 200, answer.content
    return answer.json()


def kinds(key, q):
    return {place["kind"]: place["count"] for place in found(key, q)["kinds"]}


def test_a_contact_is_found_by_each_of_its_keys_and_its_facts_come_with_it(trattoria, key):
    taken = key.post("bookings/", booking(trattoria, guest=ANNA)).json()

    for q in ("anna@example.com", " Anna@Example.COM ", "+39 333 1234567", "333 123 4567", "Rossi", "anna rossi"):
        results = found(key, q)["results"]
        assert [(one["kind"], one["id"]) for one in results] == [("contact", taken["contact"])], q
    assert set(results[0]) == {"kind", "id", "contact", "label", "at", "state"}
    assert (results[0]["contact"], results[0]["state"]) == (taken["contact"], "active")
    assert "anna@example.com" in results[0]["label"]


def test_facts_without_a_contact_are_found_by_what_they_say(trattoria, key):
    key.post("bookings/", booking(trattoria, guest=NAMELESS))
    key.post("orders/", order(trattoria, guest=NAMELESS))
    key.post("receipts/", receipt(trattoria, guest=NAMELESS))
    key.post("wifi-sessions/", wifi_login(trattoria, guest=NAMELESS))
    for path in ("promotion-signups/", "inquiries/"):
        key.post(path, sent(trattoria, path, guest=NAMELESS))

    expected = dict.fromkeys(("booking", "order", "receipt", "wifi_session", "promotion_signup", "inquiry"), 1)
    for q in ("Strauß", "strauss", "zoe", "ZOË STRAUSS"):
        assert kinds(key, q) == expected, q
    assert kinds(key, "trauss") == {}
    assert {one["contact"] for one in found(key, "strauss")["results"]} == {None}


@pytest.mark.parametrize("typed", ["333 123 4567", "(333) 123-4567", "+39.333.123.4567", "3331234567"])
def test_a_number_is_found_however_it_was_written(trattoria, key, typed):
    key.post("inquiries/", sent(trattoria, "inquiries/", guest={}, message=f"Call me: {typed}, thank you"))

    assert kinds(key, "+39 333 123 4567") == {"inquiry": 1}


@pytest.mark.parametrize(
    ("said", "q"),
    [
        ("\u0218tef\u0103nescu", "stefanescu"),
        ("C\u0152UR", "c\u0153ur"),
        ("\u0141ukaszewicz", "lukaszewicz"),
        ("Zoe\u0308", "ZO\u00cb"),
        ("Zo\u00eb", "zoe\u0308"),
        ("stra\u00dfe", "STRASSE"),
        ("de_rossi", "Rossi"),
    ],
)
def test_a_name_is_found_as_the_contact_search_finds_it(trattoria, key, said, q):
    key.post("bookings/", booking(trattoria, guest={"last_name": said}))
    pk = key.post("contacts/", {"last_name": said, "phone": "333 123 4567"}).json()["id"]

    assert [one["id"] for one in key.get(f"contacts/?q={q}").json()["results"]] == [pk]
    assert kinds(key, q) == {"contact": 1, "booking": 1}


@pytest.mark.parametrize("q", ["anna@b\u00fccher.example.com", "ANNA@B\u00dcCHER.example.com"])
def test_an_email_is_found_with_the_domain_as_the_guest_wrote_it(trattoria, key, q):
    key.post("inquiries/", sent(trattoria, "inquiries/", guest={}, message="Write to anna@b\u00fccher.example.com"))

    assert kinds(key, q) == {"inquiry": 1}


def test_whatever_is_wiped_is_searched_as_well(trattoria, key):
    key.post("bookings/", booking(trattoria, guest={}, table="Strau\u00df 7", occasion="Zo\u00eb turns 40"))
    ordered = key.post("orders/", order(trattoria, guest={})).json()["id"]
    key.post(f"orders/{ordered}/status/", {"status": "fulfilled"})
    for reason in ("Too late for Carla Verdi", "Cold"):
        key.post(f"orders/{ordered}/refunds/", {"amount_minor": 100, "reason": reason})

    assert kinds(key, "strauss") == kinds(key, "zoe") == {"booking": 1}
    assert [(one["kind"], one["id"]) for one in found(key, "carla verdi")["results"]] == [("order", ordered)]


def test_what_lies_apart_makes_no_number(trattoria, key):
    guest = {"first_name": "Ida", "address": "Via Roma 333", "company": "1234567 Srl"}
    key.post("inquiries/", sent(trattoria, "inquiries/", guest=guest))

    assert kinds(key, "+39 333 123 4567") == {}


def test_a_fact_of_one_contact_that_names_another_is_found(trattoria, key):
    other = key.post("contacts/", {"first_name": "Bruno", "email": "bruno@example.com"}).json()["id"]
    key.post("bookings/", booking(trattoria, guest={"first_name": "Bruno"}, contact=other, notes="with Carla Verdi"))

    [one] = found(key, "carla verdi")["results"]
    assert (one["kind"], one["contact"]) == ("booking", other)


def test_contacts_in_the_bin_merged_and_anonymous_ones_are_found_and_erased_ones_never(trattoria, key):
    binned = key.post("contacts/", {"first_name": "Pia", "email": "pia@example.com"}).json()["id"]
    key.delete(f"contacts/{binned}/")
    erased = key.post("contacts/", {"first_name": "Pia", "email": "pia2@example.com"}).json()["id"]
    assert key.post(f"contacts/{erased}/erase/", {"confirm": "pia2@example.com"}).status_code < 300
    follower = follow(key, trattoria).json()
    code = key.get(f"contacts/{follower['contact']}/").json()["code"]

    assert [(one["id"], one["state"]) for one in found(key, "Pia")["results"]] == [(binned, "deleted")]
    assert [one["id"] for one in found(key, "pia@example.com")["results"]] == [binned]
    assert found(key, "pia2@example.com")["results"] == []
    assert [one["kind"] for one in found(key, code)["results"]] == ["contact"]


def test_an_address_that_a_contact_had_is_found_in_its_changes(key):
    pk = key.post("contacts/", {"first_name": "Anna", "email": "old@example.com"}).json()["id"]
    key.patch(f"contacts/{pk}/", {"email": "new@example.com"})

    results = found(key, "old@example.com")["results"]
    assert [(one["kind"], one["contact"]) for one in results] == [("change", pk)]


def test_an_unsubscription_that_only_a_hash_is_left_of_is_found(trattoria, key):
    pk = key.post("contacts/", {"first_name": "Anna", "email": "anna@example.com"}).json()["id"]
    key.post(f"contacts/{pk}/unsubscribe/", {"venue": str(trattoria.venue.pk), "channel": "email"})
    assert key.post(f"contacts/{pk}/erase/", {"confirm": "anna@example.com"}).status_code < 300

    [one] = found(key, "anna@example.com")["results"]
    assert (one["kind"], one["contact"], one["label"], one["state"]) == ("suppression", None, "", "email")


def test_a_request_that_was_settled_is_found_by_its_address(key):
    asked = {"kind": "erasure", "subject_name": "Anna", "subject_address": "+39 333 123 4567"}
    made = key.post("privacy/requests/", asked).json()
    key.patch(f"privacy/requests/{made['id']}/", {"done_on": made["received_on"]})

    [one] = found(key, "333 1234567")["results"]
    assert (one["kind"], one["id"], one["label"], one["state"]) == ("privacy_request", made["id"], "", "done")


def test_there_is_an_end_to_what_is_shown_and_it_is_said(trattoria, key, monkeypatch):
    monkeypatch.setattr(holdings, "MOST", 2)
    for number in range(4):
        key.post("inquiries/", sent(trattoria, "inquiries/", guest=NAMELESS, message=f"Message {number}"))

    [place] = found(key, "strauss")["kinds"]
    assert place == {"kind": "inquiry", "count": 2, "has_more": True, "is_complete": True}


def test_what_there_was_no_time_to_read_is_said(trattoria, key, monkeypatch):
    monkeypatch.setattr(holdings, "SECONDS", 0.0)

    answer = found(key, "strauss")
    assert answer["results"] == []
    assert {place["is_complete"] for place in answer["kinds"]} == {False}
    assert {"contact", "booking", "order"} <= {place["kind"] for place in answer["kinds"]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"q": ""}, "blank"),
        ({"q": None}, "null"),
        ({"q": 5}, "invalid"),
        ({"q": "x" * 255}, "max_length"),
        ({"q": "x", "limit": 3}, "unknown_field"),
    ],
)
def test_a_faulty_question_is_400(key, body, code):
    assert code in {
        error["code"] for error in assert_problem(key.post("privacy/search/", body), 400, "invalid")["errors"]
    }


@pytest.mark.parametrize("q", ["a", "-", "%", "\\", "  ?  "])
def test_what_names_nobody_is_refused(key, q):
    body = assert_problem(key.post("privacy/search/", {"q": q}), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [("q", "query_too_short")]


@pytest.mark.parametrize("q", ["o'hara", '"; DROP TABLE x', "%@%", "100%", "ab|cd ef", ".*@example.com", "\\m(abc"])
def test_odd_signs_are_only_signs(key, q):
    assert key.post("privacy/search/", {"q": q}).status_code == 200


def test_it_is_written_down_without_what_was_asked(trattoria, key):
    found(key, "nobody@example.com")

    with trattoria.enter():
        entry = AuditEntry.objects.get(action="privacy_searched")
        assert (entry.object_type, entry.before, entry.after) == ("tenant", None, {"found": 0})


def test_another_tenants_people_are_never_found(trattoria, bistro, bearer, key):
    bearer(bistro).post("bookings/", booking(bistro, guest=ANNA))

    assert found(key, "anna@example.com") == {"results": [], "kinds": []}


def test_only_who_may_clear_personal_data_may_look(trattoria, inside):
    for role, status in (("owner", 200), ("manager", 403), ("host", 403), ("marketer", 403)):
        client = trattoria.signed_in(role)
        answer = client.post(
            "/api/v1/privacy/search/",
            {"q": "Anna"},
            content_type="application/json",
            headers={"X-Tenant": trattoria.tenant.slug},
        )
        assert answer.status_code == status, role
    assert Permission.CONTACTS_ERASE.value == "contacts_erase"
