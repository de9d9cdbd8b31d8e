"""Venues, members, tags, settings and the audit trail through the API (R-PRIV-3, R-PRIV-4, R-CRM-6, R-VISIT-2)."""

from __future__ import annotations

import pytest
from django.core import mail

from crm.models import Contact, ContactState
from tenants import scope
from tests.api.test_bookings import booking
from tests.api.test_problems import assert_problem

TERRAZZA = {"name": "Terrazza", "country": "CA", "timezone": "America/Toronto", "currency": "CAD"}


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


def test_a_new_venue_takes_the_regime_of_its_country(key):
    made = key.post("venues/", TERRAZZA)

    assert made.status_code == 201
    assert {
        name: made.json()[name] for name in ("consent_regime", "double_opt_in", "day_starts_at", "ordering_paused")
    } == {
        "consent_regime": "casl",
        "double_opt_in": False,
        "day_starts_at": "00:00",
        "ordering_paused": False,
    }
    assert key.get(f"venues/{made.json()['id']}/").json() == made.json()


def test_a_venue_can_be_edited(key, trattoria):
    edited = key.patch(f"venues/{trattoria.venue.pk}/", {"day_starts_at": "05:00", "no_show_grace_minutes": 30})

    assert (edited.status_code, edited.json()["day_starts_at"], edited.json()["no_show_grace_minutes"]) == (
        200,
        "05:00",
        30,
    )
    assert edited.json()["name"] == "Centro"


def test_the_nine_system_tags_are_there_and_stay(key):
    rows = key.get("tags/").json()["results"]

    assert {row["key"] for row in rows if row["is_system"]} == {
        *("friends_family", "business", "influencer", "journalist", "local", "no_show", "problematic", "regular", "vip")
    }
    assert_problem(key.patch("tags/vip/", {"label": "Star"}), 422, "system_tag")
    assert_problem(key.delete("tags/vip/"), 422, "system_tag")


def test_a_tag_of_our_own_is_made_renamed_and_deleted(key):
    made = key.post("tags/", {"label": "Garden side"})

    assert (made.status_code, made.json()["key"], made.json()["is_system"]) == (201, "garden_side", False)
    assert key.patch("tags/garden_side/", {"label": "Garden"}).json()["label"] == "Garden"
    assert key.get(f"tags/{made.json()['id']}/").json()["key"] == "garden_side"
    assert_problem(key.post("tags/", {"label": "Garden side"}), 409, "tag_exists")
    assert key.delete("tags/garden_side/").status_code == 204
    assert_problem(key.get("tags/garden_side/"), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "label"),
        ({"label": ""}, "label"),
        ({"label": "!!!"}, "label"),
        ({"label": "x" * 41}, "label"),
        ({"label": "a", "key": "b"}, "key"),
    ],
)
def test_a_faulty_tag_is_400_with_the_field(key, body, field):
    assert [error["field"] for error in assert_problem(key.post("tags/", body), 400, "invalid")["errors"]] == [field]


def test_settings_are_read_and_changed(key):
    changed = key.patch("settings/", {"auto_merge": True, "retention_months": 36})

    assert (changed.json()["auto_merge"], changed.json()["retention_months"]) == (True, 36)
    assert key.get("settings/").json() == changed.json()
    assert key.patch("settings/", {"retention_months": None}).json()["retention_months"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"retention_months": 1}, "retention_months"),
        ({"retention_months": "12"}, "retention_months"),
        ({"auto_merge": "on"}, "auto_merge"),
        ({"auto_merge": None}, "auto_merge"),
        ({"language": "xx"}, "language"),
        ({"country": "Italy"}, "country"),
        ({"name": " "}, "name"),
        ({"slug": "other"}, "slug"),
    ],
)
def test_faulty_settings_are_400_with_the_field(key, body, field):
    assert [error["field"] for error in assert_problem(key.patch("settings/", body), 400, "invalid")["errors"]] == [
        field
    ]


def test_staff_are_invited_moved_and_removed(key, trattoria, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        invited = key.post("members/", {"email": "Carla@Example.com", "role": "host"})
    manager = trattoria.member("manager")
    row = next(one for one in key.get("members/").json()["results"] if one["email"] == manager.email)

    assert (invited.status_code, invited.json()["email"]) == (201, "carla@example.com")
    assert [one.to for one in mail.outbox] == [["carla@example.com"]]
    assert [one["id"] for one in key.get("members/invitations/").json()["results"]] == [invited.json()["id"]]
    assert key.delete(f"members/invitations/{invited.json()['id']}/").status_code == 204
    assert key.get("members/invitations/").json()["results"] == []
    assert key.patch(f"members/{row['id']}/", {"role": "host"}).json()["role"] == "host"
    assert key.delete(f"members/{row['id']}/").status_code == 204
    assert_problem(key.get(f"members/{row['id']}/"), 404, "not_found")


def test_the_last_owner_stays(key):
    [owner] = key.get("members/").json()["results"]

    assert_problem(key.patch(f"members/{owner['id']}/", {"role": "host"}), 422, "last_owner")
    assert_problem(key.delete(f"members/{owner['id']}/"), 422, "last_owner")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "x", "role": "host"}, "email"),
        ({"email": "a@example.com", "role": "chef"}, "role"),
        ({"email": "a@example.com"}, "role"),
    ],
)
def test_a_faulty_invitation_is_400_with_the_field(key, body, field):
    assert [error["field"] for error in assert_problem(key.post("members/", body), 400, "invalid")["errors"]] == [field]
    assert mail.outbox == []


def test_the_audit_trail_says_who_did_what_newest_first(key, trattoria):
    key.patch(f"venues/{trattoria.venue.pk}/", {"name": "Duomo"}, **{"X-Request-Id": "tablet-1"})

    [newest, *_older] = key.get("audit/").json()["results"]

    assert (newest["action"], newest["object_type"], newest["object_id"]) == (
        "venue_updated",
        "venue",
        str(trattoria.venue.pk),
    )
    assert (newest["before"], newest["after"], newest["request_id"]) == (
        {"name": "Centro"},
        {"name": "Duomo"},
        "tablet-1",
    )
    assert newest["actor"]["kind"] == "key"
    assert len(key.get("audit/?action=venue_updated").json()["results"]) == 1
    assert key.get("audit/?action=venue_updated&until=2020-01-01T00:00:00Z").json()["results"] == []
    assert_problem(key.get("audit/?action=eaten"), 400, "invalid")
    assert_problem(key.delete("audit/"), 405, "method_not_allowed")


def test_an_erased_contact_is_410(key, trattoria):
    contact = key.post("bookings/", booking(trattoria)).json()["contact"]
    with scope.enter(trattoria.tenant.pk, scope.SYSTEM):
        Contact.objects.filter(pk=contact).update(state=ContactState.ERASED)

    for answer in (
        key.get(f"contacts/{contact}/"),
        key.patch(f"contacts/{contact}/", {"x": 1}),
        key.get(f"contacts/{contact}/visits/"),
    ):
        assert_problem(answer, 410, "contact_erased")
