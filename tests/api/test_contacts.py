"""The guest list through the API: adding, editing, finding, binning, tagging (R-ID-5, R-WRITE-5, R-WRITE-6, R-CRM-4 to 6)."""

from __future__ import annotations

import pytest

from tests.api.test_bookings import booking
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


def test_nine_tags_and_not_ten(key, anna):
    path = f"contacts/{anna['id']}/tags/"
    system = ["friends_family", "business", "influencer", "journalist", "local", "no_show", "problematic", "regular"]
    key.post("tags/", {"label": "Terrace"})

    for tag in (*system, "vip"):
        assert key.post(path, {"tag": tag}).status_code == 200
    assert key.post(path, {"tag": "vip"}).json()["tags"] == sorted([*system, "vip"])
    assert_problem(key.post(path, {"tag": "terrace"}), 422, "tag_limit")
    assert key.delete(f"{path}vip/").status_code == 204
    assert key.post(path, {"tag": "terrace"}).json()["tags"] == sorted([*system, "terrace"])


@pytest.mark.parametrize("tag", ["unknown", "", None, 5, "a\x00"])
def test_an_unknown_tag_is_400_on_its_field(key, anna, tag):
    body = assert_problem(key.post(f"contacts/{anna['id']}/tags/", {"tag": tag}), 400, "invalid")

    assert [error["field"] for error in body["errors"]] == ["tag"]


def test_taking_off_an_unknown_tag_is_404(key, anna):
    assert_problem(key.delete(f"contacts/{anna['id']}/tags/unknown/"), 404, "not_found")


def test_changes_are_listed_newest_first_and_can_be_reverted(key, anna):
    key.patch(f"contacts/{anna['id']}/", {"city": "Lodi"})
    key.patch(f"contacts/{anna['id']}/", {"last_name": "Bianchi"})
    listed = key.get(f"contacts/{anna['id']}/changes/").json()["results"]

    assert [(one["field"], one["old"], one["new"]) for one in listed] == [
        ("last_name", "Rossi", "Bianchi"),
        ("city", "", "Lodi"),
    ]
    reverted = key.post(f"contacts/{anna['id']}/changes/{listed[0]['id']}/revert/")
    assert (reverted.status_code, reverted.json()["last_name"], reverted.json()["city"]) == (200, "Rossi", "Lodi")
    assert key.get(f"contacts/{anna['id']}/changes/").json()["results"][0]["reverts"] == listed[0]["id"]


def test_a_change_of_another_contact_is_404(key, anna):
    bruno = key.post("contacts/", {"email": "bruno@example.com"}).json()
    key.patch(f"contacts/{anna['id']}/", {"city": "Lodi"})
    change = key.get(f"contacts/{anna['id']}/changes/").json()["results"][0]

    assert_problem(key.post(f"contacts/{bruno['id']}/changes/{change['id']}/revert/"), 404, "not_found")


def test_visits_come_with_their_sources_and_the_breakdown(key, trattoria, anna):
    taken = key.post("bookings/", booking(trattoria, starts_at="2026-10-01T20:00:00+02:00")).json()
    key.post(f"bookings/{taken['id']}/status/", {"status": "arrived", "at": "2026-10-01T20:05:00+02:00"})

    body = key.get(f"contacts/{anna['id']}/visits/").json()

    assert [(visit["venue"], visit["date"]) for visit in body["results"]] == [(str(trattoria.venue.pk), "2026-10-01")]
    assert [(source["kind"], source["id"]) for source in body["results"][0]["sources"]] == [("booking", taken["id"])]
    assert body["breakdown"] == {"bookings": 1, "orders": 0, "wifi_only": 0, "imported": 0, "distinct_days": 1}


def test_bookings_of_a_contact_are_upcoming_or_past(key, trattoria, anna):
    past = key.post("bookings/", booking(trattoria, starts_at="2026-10-01T20:00:00+02:00")).json()
    later = key.post("bookings/", booking(trattoria, starts_at="2099-10-02T20:00:00+02:00")).json()
    soon = key.post("bookings/", booking(trattoria, starts_at="2099-10-01T20:00:00+02:00")).json()
    path = f"contacts/{anna['id']}/bookings/"

    assert [row["id"] for row in key.get(f"{path}?when=upcoming").json()["results"]] == [soon["id"], later["id"]]
    assert [row["id"] for row in key.get(f"{path}?when=past").json()["results"]] == [past["id"]]
    assert len(key.get(path).json()["results"]) == 3
    assert_problem(key.get(f"{path}?when=now"), 400, "invalid")


def test_search_and_filters_narrow_the_list(key, trattoria, anna):
    key.post(
        "contacts/", {"first_name": "Bruno", "email": "bruno@example.com", "birthday": "--07-14", "language": "fr"}
    )
    key.post(f"contacts/{anna['id']}/tags/", {"tag": "vip"})

    assert names(key) == ["Bruno", "Anna"]
    assert names(key, "ordering=-last_name") == ["Anna", "Bruno"]
    assert names(key, "q=ros") == ["Anna"]
    assert names(key, "q=ros&language=fr") == []
    assert names(key, "tag=vip") == ["Anna"]
    assert names(key, "birthday_month=7") == ["Bruno"]
    assert names(key, "language=fr") == ["Bruno"]
    assert names(key, "visits_min=1") == []
    assert names(key, "updated_since=2099-01-01T00:00:00Z") == []
    assert sorted(names(key, "updated_since=2020-01-01T00:00:00Z")) == ["Anna", "Bruno"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("kind=friend", "kind"),
        ("channel=pigeon", "channel"),
        ("tag=unknown", "tag"),
        ("venue=1", "venue"),
        ("venue=0198c5a0-0000-7000-8000-000000000000", "venue"),
        ("first_contact_after=yesterday", "first_contact_after"),
        ("birthday_month=13", "birthday_month"),
        ("birthday_within=-1", "birthday_within"),
        ("birthday_within=999999999", "birthday_within"),
        ("visits_min=-1", "visits_min"),
        ("visits_min=abc", "visits_min"),
        ("visits_min=NaN", "visits_min"),
        ("duplicates=maybe", "duplicates"),
        ("suspect_key=1", "suspect_key"),
        ("q=a&q=b", "q"),
        ("q=%00", "q"),
        ("ordering=email", "ordering"),
        ("updated_since=2026-01-01", "updated_since"),
        ("consent_status=yes", "consent_status"),
    ],
)
def test_a_faulty_filter_is_400_with_the_parameter(key, query, field):
    body = assert_problem(key.get(f"contacts/?{query}"), 400, "invalid")

    assert [error["field"] for error in body["errors"]] == [field]


@pytest.mark.parametrize(
    "query",
    [
        "visits_min=1e400",
        "visits_min=99999999999999999999999",
        "visits_max=99999999999999999999999",
        "visits_min=1.5",
        "no_shows_min=99999999999999999999999",
        "birthday_month=2.5",
        "first_contact_after=0001-01-01",
        "last_visit_before=9999-12-31",
        "q=%F0%9F%8D%95",
        "q=%FF%FE",
        "q=" + "a " * 500,
        "q=" + "%22" * 99,
        "q=%25_%5C",
        "q=" + "1" * 500,
    ],
)
def test_an_odd_filter_is_never_a_500(key, query):
    assert key.get(f"contacts/?{query}").status_code in (200, 400)


def test_pages_follow_each_other_in_both_directions_without_a_gap(key):
    for number in range(7):
        key.post("contacts/", {"first_name": f"N{number}", "last_name": "Same", "email": f"n{number}@example.com"})

    for ordering in ("last_name", "-last_name", "created_at", "-visit_count", "last_visit_on", "-first_contact_on"):
        pages, url = [], f"contacts/?limit=3&ordering={ordering}"
        while url:
            body = key.get(url).json()
            pages.append([row["id"] for row in body["results"]])
            last, url = body, body["next"]
        back, url = [pages[-1]], last["previous"]
        while url:
            body = key.get(url).json()
            back.insert(0, [row["id"] for row in body["results"]])
            url = body["previous"]

        assert [len(page) for page in pages] == [3, 3, 1]
        assert len({one for page in pages for one in page}) == 7
        assert back == pages


def test_a_cursor_of_another_ordering_is_400(key):
    for number in range(3):
        key.post("contacts/", {"email": f"n{number}@example.com"})
    cursor = key.get("contacts/?limit=1").json()["next"].split("cursor=")[1]

    body = assert_problem(key.get(f"contacts/?limit=1&ordering=created_at&cursor={cursor}"), 400, "invalid")

    assert body["errors"][0]["field"] == "cursor"


def test_consents_are_stated_with_evidence_and_unsubscribing_cannot_be_undone(key, trattoria, anna):
    path = f"contacts/{anna['id']}/"
    venue = str(trattoria.venue.pk)
    evidence = {"source": "paper form", "date": "2026-01-02", "wording": "I want news."}

    assert_problem(
        key.post(f"{path}consents/", {"venue": venue, "channel": "email", "status": "explicit"}), 422, "evidence_needed"
    )
    stated = key.post(
        f"{path}consents/", {"venue": venue, "channel": "email", "status": "explicit", "evidence": evidence}
    )
    assert [(one["channel"], one["status"], one["marketable"]) for one in stated.json()["consents"]] == [
        ("email", "explicit", True)
    ]
    gone = key.post(f"{path}unsubscribe/", {"venue": venue, "channel": "email"})
    assert [one["status"] for one in gone.json()["consents"]] == ["unsubscribed"]
    assert_problem(
        key.post(f"{path}consents/", {"venue": venue, "channel": "email", "status": "explicit", "evidence": evidence}),
        403,
        "consent_irreversible",
    )
    ledger = key.get(f"{path}consents/").json()["results"]
    assert [(one["event"], one["status"]) for one in ledger] == [
        ("unsubscribed", "unsubscribed"),
        ("subscribed_with_evidence", "explicit"),
    ]
    assert ledger[1]["evidence"]["wording"] == "I want news."


def test_what_the_allergy_is_stays_with_those_who_may_read_it(trattoria, bearer, key, anna):
    key.post("tags/", {"label": "Allergy nuts"})
    key.post(f"contacts/{anna['id']}/tags/", {"tag": "allergy_nuts"})

    reader = bearer(trattoria, "read").get(f"contacts/{anna['id']}/").json()

    assert (reader["tags"], reader["has_allergies"]) == ([], True)
    assert key.get(f"contacts/{anna['id']}/").json()["tags"] == ["allergy_nuts"]


def test_who_may_not_read_what_an_allergy_is_cannot_ask_for_those_who_have_it(trattoria, bearer, key, anna):
    key.post("tags/", {"label": "Allergy nuts"})
    key.post(f"contacts/{anna['id']}/tags/", {"tag": "allergy_nuts"})
    reader = bearer(trattoria, "read")

    hidden = assert_problem(reader.get("contacts/", {"tag": "allergy_nuts"}), 400, "invalid")
    nothing = assert_problem(reader.get("contacts/", {"tag": "nothing"}), 400, "invalid")

    assert [one["code"] for one in hidden["errors"]] == [one["code"] for one in nothing["errors"]] == ["invalid_choice"]
    assert [one["id"] for one in key.get("contacts/", {"tag": "allergy_nuts"}).json()["results"]] == [anna["id"]]
