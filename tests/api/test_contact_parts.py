"""What hangs on a contact, through the API: tags, changes, visits, bookings, consents (R-CRM-3, R-CRM-6, R-WRITE-5, R-PRIV-3)."""

from __future__ import annotations

import pytest

from tests.api.test_bookings import booking
from tests.api.test_contacts import ANNA
from tests.api.test_problems import assert_problem


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    return key.post("contacts/", ANNA).json()


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
