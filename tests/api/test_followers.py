"""`followers/` through the API (R-CRM-8, R-WRITE-6): one contact for each user of the app, and what it may do.

How a user registers is in test_registration.py (R-CRM-9, R-MERGE-4).
"""

from __future__ import annotations

import re

import pytest

from audit.models import AuditEntry
from crm.models import Contact
from outreach.models import Follower, Message
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


@pytest.mark.parametrize("venue", [0, 1], ids=["the same venue", "another one"])
def test_who_was_moved_to_the_bin_and_follows_anew_is_a_new_contact(key, trattoria, venue):
    body = follow(key, trattoria).json()
    key.delete(f"contacts/{body['contact']}/")

    anew = follow(key, trattoria, venue=venue)

    assert anew.status_code == 201
    assert (anew.json()["id"], anew.json()["crm_sync"]) == (body["id"], "created")
    assert anew.json()["contact"] != body["contact"]
    assert anew.json()["code"] != body["code"]
    assert key.get(f"contacts/{body['contact']}/").json()["deleted_at"] is not None
    assert follow(key, trattoria, venue=venue).json()["contact"] == anew.json()["contact"]


def test_a_following_from_before_the_bin_told_again_brings_nobody_back(key, trattoria):
    body = follow(key, trattoria, followed_at=SINCE).json()
    key.delete(f"contacts/{body['contact']}/")

    again = follow(key, trattoria, followed_at=SINCE)

    assert (again.status_code, again.json()["contact"]) == (200, body["contact"])
    with trattoria.enter():
        assert Contact.objects.count() == 1


def test_a_contact_in_the_bin_is_restored_unless_its_user_is_another_contact_now(key, trattoria):
    first = follow(key, trattoria).json()
    key.delete(f"contacts/{first['contact']}/")
    second = follow(key, trattoria).json()

    refused = assert_problem(key.post(f"contacts/{first['contact']}/restore/"), 409, "external_id_in_use")

    assert refused["contact"] == second["contact"]
    key.delete(f"contacts/{second['contact']}/")
    assert key.post(f"contacts/{first['contact']}/restore/").status_code == 200
    assert key.get(f"followers/{first['id']}/").json()["contact"] == first["contact"]
    assert_problem(key.post(f"contacts/{second['contact']}/restore/"), 409, "external_id_in_use")
    assert follow(key, trattoria).json()["contact"] == first["contact"]


def test_a_restored_contact_is_the_user_it_was(key, trattoria):
    body = follow(key, trattoria).json()
    key.delete(f"contacts/{body['contact']}/")
    key.post(f"contacts/{body['contact']}/restore/")

    assert follow(key, trattoria, venue=1).json()["contact"] == body["contact"]
    assert len(key.get(f"contacts/{body['contact']}/").json()["follows"]) == 2


def test_the_stranger_may_use_the_same_external_id_for_a_contact_of_its_own(trattoria, bistro, bearer, key):
    ours, theirs = follow(key, trattoria).json(), follow(bearer(bistro), bistro).json()

    assert {ours["id"], ours["contact"]} & {theirs["id"], theirs["contact"]} == set()
    assert theirs["crm_sync"] == "created"
