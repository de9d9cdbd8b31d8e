"""`groups/`, group membership on contacts, and lifting automatic tags (R-CRM-5, R-CRM-6)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from crm import statistics, visits
from crm.models import Contact, ContactGroup, GroupMember, LiftedTag, VisitSourceKind
from tests.api.test_problems import assert_problem

NO_ID = "0198c5a0-0000-7000-8000-000000000000"


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    return key.post("contacts/", {"first_name": "Anna", "email": "anna@example.com"}).json()["id"]


@pytest.fixture
def bruno(key):
    return key.post("contacts/", {"first_name": "Bruno", "email": "bruno@example.com"}).json()["id"]


@pytest.fixture
def wine(key):
    return key.post("groups/", {"name": "Wine evenings"}).json()["id"]


def test_a_group_is_made_renamed_read_and_deleted(key):
    made = key.post("groups/", {"name": " Wine evenings "})

    assert made.status_code == 201
    group = made.json()
    assert set(group) == {"id", "name", "member_count", "created_at", "updated_at"}
    assert (group["name"], group["member_count"]) == ("Wine evenings", 0)

    assert key.patch(f"groups/{group['id']}/", {"name": "Wine friends"}).json()["name"] == "Wine friends"
    assert [one["name"] for one in key.get("groups/").json()["results"]] == ["Wine friends"]
    assert key.delete(f"groups/{group['id']}/").status_code == 204
    assert_problem(key.get(f"groups/{group['id']}/"), 404, "not_found")


def test_contacts_go_in_and_out_in_bulk(key, anna, bruno, wine):
    added = key.post(f"groups/{wine}/contacts/", {"contacts": [anna, bruno]})
    again = key.post(f"groups/{wine}/contacts/", {"contacts": [bruno]})

    assert (added.status_code, added.json()["member_count"]) == (200, 2)
    assert again.json()["member_count"] == 2
    assert [one["first_name"] for one in key.get(f"groups/{wine}/contacts/").json()["results"]] == ["Anna", "Bruno"]
    assert key.get(f"contacts/{anna}/").json()["groups"] == [wine]
    assert [one["id"] for one in key.get("contacts/", {"group": wine}).json()["results"]] == [anna, bruno]

    removed = key.delete(f"groups/{wine}/contacts/", {"contacts": [anna]})

    assert (removed.status_code, removed.json()["member_count"]) == (200, 1)
    assert key.get(f"contacts/{anna}/").json()["groups"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"contacts": []}, "empty"),
        ({"contacts": "all"}, "not_a_list"),
        ({"contacts": ["x"]}, "invalid"),
        ({"contacts": [7]}, "invalid"),
        ({"contacts": [None]}, "null"),
        ({"contacts": [NO_ID]}, "unknown_id"),
        ({"contacts": [NO_ID] * 1001}, "max_length"),
    ],
)
def test_faulty_members_are_refused_on_their_field(key, anna, wine, trattoria, body, code):
    for send in (key.post, key.delete):
        problem = assert_problem(send(f"groups/{wine}/contacts/", body), 400, "invalid")

        assert problem["errors"][0]["field"].split(".")[0] == "contacts"
        assert problem["errors"][0]["code"] == code
    with trattoria.enter():
        assert GroupMember.objects.count() == 0


def test_another_tenants_contact_is_refused_like_no_contact_and_nobody_goes_in(
    key, anna, wine, trattoria, bistro, bearer
):
    stranger = bearer(bistro).post("contacts/", {"email": "anna@example.com"}).json()["id"]

    foreign = assert_problem(key.post(f"groups/{wine}/contacts/", {"contacts": [anna, stranger]}), 400, "invalid")
    nothing = assert_problem(key.post(f"groups/{wine}/contacts/", {"contacts": [anna, NO_ID]}), 400, "invalid")

    assert foreign["errors"] == nothing["errors"]
    with trattoria.enter():
        assert GroupMember.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "name", "required"),
        ({"name": ""}, "name", "blank"),
        ({"name": None}, "name", "null"),
        ({"name": 7}, "name", "invalid"),
        ({"name": "x" * 81}, "name", "max_length"),
        ({"name": "a\0b"}, "name", "null_characters_not_allowed"),
        ({"name": "x", "color": "red"}, "color", "unknown_field"),
    ],
)
def test_a_faulty_group_is_refused(key, wine, body, field, code):
    for send, path in ((key.post, "groups/"), (key.patch, f"groups/{wine}/")):
        problem = assert_problem(send(path, body), 400, "invalid")
        assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]


def test_a_name_that_is_taken_is_409(key, wine):
    other = key.post("groups/", {"name": "Others"}).json()["id"]

    assert_problem(key.post("groups/", {"name": "Wine evenings"}), 409, "group_exists")
    assert_problem(key.patch(f"groups/{other}/", {"name": "Wine evenings"}), 409, "group_exists")


def test_who_may_only_read_changes_nothing(key, wine, anna, trattoria, bearer):
    reader = bearer(trattoria, "read")

    assert reader.get("groups/").json()["results"][0]["id"] == wine
    for response in (
        reader.post("groups/", {"name": "Mine"}),
        reader.patch(f"groups/{wine}/", {"name": "Mine"}),
        reader.delete(f"groups/{wine}/"),
        reader.post(f"groups/{wine}/contacts/", {"contacts": [anna]}),
        reader.delete(f"groups/{wine}/contacts/", {"contacts": [anna]}),
    ):
        assert_problem(response, 403, "permission_denied")
    with trattoria.enter():
        assert ContactGroup.objects.get().name == "Wine evenings"
        assert GroupMember.objects.count() == 0


@pytest.fixture
def regular(key, anna, trattoria):
    """Anna, whom the rule has made a regular."""
    with trattoria.enter():
        contact = Contact.objects.get(pk=anna)
        for days in range(6):
            at = timezone.now() - datetime.timedelta(days=days)
            visits.record(
                contact,
                trattoria.venue,
                local_date=at.date(),
                kind=VisitSourceKind.WIFI,
                source_id=uuid7(),
                at=at,
            )
        statistics.refresh(contact.pk)
    return anna


def test_a_contact_says_which_tags_a_rule_has_set_and_why(key, regular):
    key.post(f"contacts/{regular}/tags/", {"tag": "vip"})
    contact = key.get(f"contacts/{regular}/").json()
    today = timezone.now().date()

    assert contact["tags"] == ["regular", "vip"]
    assert contact["tag_details"] == [
        {
            "key": "regular",
            "label": "Regular",
            "is_automatic": True,
            "reason": {
                "rule": "regular",
                "count": 6,
                "since": (today - datetime.timedelta(days=365)).isoformat(),
                "until": today.isoformat(),
            },
        },
        {"key": "vip", "label": "VIP", "is_automatic": False, "reason": {}},
    ]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        (None, "reason", "reason_needed"),
        ({}, "reason", "reason_needed"),
        ({"reason": " "}, "reason", "reason_needed"),
        ({"reason": None}, "reason", "reason_needed"),
        ({"reason": 7}, "reason", "invalid"),
        ({"reason": "x" * 201}, "reason", "max_length"),
        ({"why": "so"}, "why", "unknown_field"),
    ],
)
def test_an_automatic_tag_is_not_lifted_without_a_reason(key, regular, body, field, code):
    problem = assert_problem(key.delete(f"contacts/{regular}/tags/regular/", body), 400, "invalid")

    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]
    assert key.get(f"contacts/{regular}/").json()["tags"] == ["regular"]


def test_an_automatic_tag_is_lifted_with_a_reason(key, regular, trattoria):
    assert key.delete(f"contacts/{regular}/tags/regular/", {"reason": "Our baker"}).status_code == 204

    assert key.get(f"contacts/{regular}/").json()["tags"] == []
    with trattoria.enter():
        assert LiftedTag.objects.get().reason == "Our baker"


def test_a_tag_set_by_hand_needs_no_reason(key, anna):
    key.post(f"contacts/{anna}/tags/", {"tag": "vip"})

    assert key.delete(f"contacts/{anna}/tags/vip/").status_code == 204


def test_an_allergy_is_in_no_detail_for_who_may_not_read_it(key, anna, trattoria, bearer):
    key.post("tags/", {"label": "Allergy: nuts"})
    key.post(f"contacts/{anna}/tags/", {"tag": "allergy_nuts"})

    contact = bearer(trattoria, "read").get(f"contacts/{anna}/").json()

    assert (contact["tags"], contact["tag_details"], contact["has_allergies"]) == ([], [], True)
