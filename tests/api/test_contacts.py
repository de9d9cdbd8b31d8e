"""The guest list through the API: adding, editing, binning (R-ID-5, R-WRITE-5, R-WRITE-6, R-CRM-1)."""

from __future__ import annotations

import pytest

from tests.api.test_problems import assert_problem

ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com", "phone": "333 123 4567"}
CARD = {
    *("id", "kind", "code", "first_name", "last_name", "email", "phone", "phone_extension", "language", "birthday"),
    "anniversary",
    *(
        "address",
        "postcode",
        "city",
        "company",
        "nickname",
        "notes",
        "tags",
        "tag_details",
        "groups",
        "first_channel",
        "last_channel",
    ),
    *("first_contact_on", "registered_at", "is_ordering_blocked", "has_suspect_key", "is_duplicate", "fixed_discount"),
    *("consents", "loyalty", "stats", "suggested_message", "follows", "special_dates", "has_allergies", "merged_from"),
    *("allergies", "erase_on", "deleted_at", "created_at", "updated_at"),
}


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    return key.post("contacts/", ANNA).json()


def names(key, query=""):
    return [row["first_name"] for row in key.get(f"contacts/?{query}").json()["results"]]


def test_a_new_contact_is_201_and_a_known_one_200(key):
    first = key.post("contacts/", {**ANNA, "notes": "Likes the garden."})
    second = key.post("contacts/", {**ANNA, "city": "Lodi"})
    third = key.post("contacts/", {**ANNA, "city": "Lodi"})

    assert [answer.status_code for answer in (first, second, third)] == [201, 200, 200]
    assert [answer.json()["crm_sync"] for answer in (first, second, third)] == ["created", "updated", "unchanged"]
    assert first.json()["contact"] == second.json()["id"]
    assert first.json()["warnings"] == []
    assert (first.json()["phone"], first.json()["notes"]) == ("+393331234567", "Likes the garden.")
    assert (second.json()["city"], second.json()["notes"]) == ("Lodi", "Likes the garden.")


def test_the_card_has_every_member_of_the_contract(key, anna):
    card = key.get(f"contacts/{anna['id']}/").json()

    assert set(card) == CARD
    assert card["stats"] == {
        "visit_count": 0,
        "imported_visit_count": 0,
        "last_visit_on": None,
        "booking_count": 0,
        "cancelled_count": 0,
        "no_show_count": 0,
        "no_show_rate_180d": None,
        "order_count": 0,
        "spend_total_minor": None,
        "average_ticket_minor": None,
        "purchase_interval_days": None,
        "last_purchase_on": None,
        "review_average": None,
        "google_rating": None,
        "currency": None,
        "spend": [],
        "by_venue": [],
    }
    assert (card["kind"], card["first_channel"], card["tags"], card["deleted_at"]) == ("unregistered", "api", [], None)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"email": "anna@gimail.con"}, "email", "email_invalid"),
        ({"phone": "3.93331234567E11"}, "phone", "phone_invalid"),
        ({"email": None, "phone": ""}, "email", "identifier_needed"),
        ({"email": 5}, "email", "invalid"),
        ({"first_name": ["Anna"]}, "first_name", "invalid"),
        ({"birthday": "1980-02-30"}, "birthday", "birthday_unreadable"),
        ({"birthday": "--13-01"}, "birthday", "birthday_unreadable"),
        ({"birthday": "1850-01-01"}, "birthday", "birthday_too_early"),
        ({"language": "klingon"}, "language", "unknown_language"),
        ({"registered_at": "yesterday"}, "registered_at", "invalid"),
        ({"notes": "x" * 5001}, "notes", "max_length"),
        ({"notes": "a\x00"}, "notes", "null_characters_not_allowed"),
        ({"nickname": "\ud83d"}, "nickname", "surrogate_characters_not_allowed"),
        ({"tags": ["vip"]}, "tags", "unknown_field"),
        ({"kind": "registered"}, "kind", "unknown_field"),
        ({"id": "0198c5a0-0000-7000-8000-000000000000"}, "id", "unknown_field"),
    ],
)
def test_a_faulty_contact_is_400_with_the_field_and_nobody_is_added(key, changes, field, code):
    body = assert_problem(key.post("contacts/", {**ANNA, **changes}), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert names(key) == []


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"email": "x@y.invalidtld"}, "email", "email_invalid"),
        ({"phone": "12"}, "phone", "phone_invalid"),
        ({"first_name": 1}, "first_name", "invalid"),
        ({"last_name": "x" * 101}, "last_name", "max_length"),
        ({"birthday": 19800101}, "birthday", "invalid"),
        ({"language": "xx"}, "language", "unknown_language"),
        ({"registered_at": None}, "registered_at", "unknown_field"),
        ({"visit_count": 5}, "visit_count", "unknown_field"),
    ],
)
def test_a_faulty_edit_is_400_with_the_field_and_changes_nothing(key, anna, changes, field, code):
    body = assert_problem(key.patch(f"contacts/{anna['id']}/", {"city": "Lodi", **changes}), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert key.get(f"contacts/{anna['id']}/").json()["city"] == ""


def test_null_and_empty_clear_a_field(key, anna):
    key.patch(f"contacts/{anna['id']}/", {"city": "Lodi", "birthday": "--02-29", "language": "it-IT"})
    full = key.get(f"contacts/{anna['id']}/").json()
    empty = key.patch(f"contacts/{anna['id']}/", {"city": None, "birthday": "", "language": None, "phone": ""}).json()

    assert (full["city"], full["birthday"], full["language"]) == ("Lodi", "--02-29", "it")
    assert (empty["city"], empty["birthday"], empty["language"], empty["phone"]) == ("", None, None, None)


def test_the_last_identifier_stays(key, anna):
    assert_problem(key.patch(f"contacts/{anna['id']}/", {"email": "", "phone": ""}), 422, "last_identifier")


def test_an_email_of_another_contact_is_409_with_its_id(key, anna):
    bruno = key.post("contacts/", {"email": "bruno@example.com"}).json()

    body = assert_problem(key.patch(f"contacts/{bruno['id']}/", {"email": "ANNA@Example.com"}), 409, "email_in_use")

    assert body["contact"] == anna["id"]
    assert body["errors"][0]["field"] == "email"


def test_the_bin_keeps_a_contact_that_can_be_restored(key, anna):
    path = f"contacts/{anna['id']}/"

    assert key.delete(path).status_code == 204
    assert names(key) == []
    assert key.get(path).json()["deleted_at"] is not None
    assert_problem(key.patch(path, {"city": "Lodi"}), 409, "contact_deleted")
    assert_problem(key.delete(path), 409, "contact_deleted")
    assert key.post(f"{path}restore/").json()["deleted_at"] is None
    assert names(key) == ["Anna"]


def test_restoring_is_409_when_the_key_was_taken(key, anna):
    key.delete(f"contacts/{anna['id']}/")
    other = key.post("contacts/", {**ANNA, "first_name": "Anne"}).json()

    assert_problem(key.post(f"contacts/{anna['id']}/restore/"), 409, "email_in_use")
    assert other["id"] != anna["id"]


def test_an_action_without_fields_takes_none(key, anna):
    body = assert_problem(key.post(f"contacts/{anna['id']}/restore/", {"force": True}), 400, "invalid")

    assert body["errors"] == [{"field": "force", "code": "unknown_field", "detail": "Unknown field."}]
