"""`segments/`: the guest list's filters saved, and what is refused (R-CRM-5)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Segment
from tests.api.test_problems import assert_problem

NO_ID = "0198c5a0-0000-7000-8000-000000000000"


@pytest.fixture
def key(trattoria, bearer):
    key = bearer(trattoria)
    for name, language in (("Anna", "it"), ("Bruno", "it"), ("Claire", "fr")):
        key.post("contacts/", {"first_name": name, "email": f"{name}@example.com", "language": language})
    return key


@pytest.fixture
def italians(key):
    return key.post("segments/", {"name": "Italians", "filters": {"language": "it"}}).json()["id"]


def test_a_segment_is_made_changed_read_and_deleted(key):
    filters = {"language": "it", "visits_max": 5, "duplicates": False, "tag": []}
    made = key.post("segments/", {"name": "Italians", "filters": filters})

    assert made.status_code == 201
    segment = made.json()
    assert set(segment) == {"id", "name", "filters", "contact_count", "is_intact", "created_at", "updated_at"}
    assert (segment["filters"], segment["contact_count"], segment["is_intact"]) == (filters, 2, True)

    changed = key.patch(f"segments/{segment['id']}/", {"filters": {"language": "fr"}}).json()
    assert (changed["name"], changed["contact_count"]) == ("Italians", 1)
    assert key.patch(f"segments/{segment['id']}/", {"name": "French"}).json()["filters"] == {"language": "fr"}
    assert [one["name"] for one in key.get("segments/").json()["results"]] == ["French"]
    assert key.delete(f"segments/{segment['id']}/").status_code == 204
    assert_problem(key.get(f"segments/{segment['id']}/"), 404, "not_found")


def test_a_segment_filters_the_list_together_with_other_filters(key, italians):
    found = key.get("contacts/", {"segment": italians, "q": "bruno"}).json()["results"]

    assert [one["first_name"] for one in found] == ["Bruno"]
    assert len(key.get("contacts/", {"segment": italians}).json()["results"]) == 2


@pytest.mark.parametrize(
    ("filters", "errors"),
    [
        ({"nonsense": "1"}, [("filters.nonsense", "unknown_field")]),
        ({"limit": "1"}, [("filters.limit", "unknown_field")]),
        ({"segment": NO_ID}, [("filters.segment", "segment_in_segment")]),
        ({"visits_min": "many"}, [("filters.visits_min", "invalid")]),
        ({"visits_min": {"a": 1}}, [("filters.visits_min", "invalid_value")]),
        ({"visits_min": None}, [("filters.visits_min", "invalid_value")]),
        ({"tag": ["nobody"]}, [("filters.tag", "invalid_choice")]),
        ({"tag": [["vip"]]}, [("filters.tag", "invalid_value")]),
        ({"group": [NO_ID]}, [("filters.group", "invalid_choice")]),
        ({"venue": NO_ID}, [("filters.venue", "invalid_choice")]),
        ({"language": ["it", "fr"]}, [("filters.language", "repeated")]),
        ({"duplicates": "yes"}, [("filters.duplicates", "invalid")]),
        ({"kind": "friend", "bad\0": "x"}, [("filters.bad\0", "unknown_field"), ("filters.kind", "invalid_choice")]),
        ({"q": "a\0b"}, [("filters.q", "null_characters_not_allowed")]),
        ({"q": "x" * 401}, [("filters.q", "max_length")]),
        ({"q": "anna@example.com"}, [("filters.q", "names_a_guest")]),
        ({"q": "Rossi ANNA@m\u00fcller.de"}, [("filters.q", "names_a_guest")]),
        ({"q": "+39 333 123 4567"}, [("filters.q", "names_a_guest")]),
        ({"q": "333 1234567"}, [("filters.q", "names_a_guest")]),
        ("language=it", [("filters", "invalid")]),
        ([], [("filters", "invalid")]),
        (None, [("filters", "null")]),
    ],
)
def test_filters_that_the_list_would_not_take_are_400_on_their_names(key, italians, filters, errors):
    for send, path in ((key.post, "segments/"), (key.patch, f"segments/{italians}/")):
        problem = assert_problem(send(path, {"name": "Broken", "filters": filters}), 400, "invalid")

        assert [(one["field"], one["code"]) for one in problem["errors"]] == errors
    assert [one["filters"] for one in key.get("segments/").json()["results"]] == [{"language": "it"}]


@pytest.mark.parametrize("q", ["rossi", "@example.com", "example.com", "0039", "333", "Srl"])
def test_what_many_may_have_can_be_searched_for_in_a_segment(key, q):
    assert key.post("segments/", {"name": "Many", "filters": {"q": q}}).status_code == 201


@pytest.mark.parametrize("value", [10**40, 1e308, -1e-9, 2**63])
def test_a_number_that_no_column_holds_breaks_nothing(key, value):
    made = key.post("segments/", {"name": "Huge", "filters": {"visits_min": value}})

    assert made.status_code in (201, 400)
    assert key.get("segments/").status_code == 200


def test_a_name_that_is_taken_is_409(key, italians):
    assert_problem(key.post("segments/", {"name": "Italians", "filters": {}}), 409, "segment_exists")


def test_a_segment_whose_group_is_gone_finds_nobody_and_says_so(key):
    group = key.post("groups/", {"name": "Wine"}).json()["id"]
    segment = key.post("segments/", {"name": "Drinkers", "filters": {"group": group}}).json()["id"]
    key.delete(f"groups/{group}/")

    found = key.get(f"segments/{segment}/").json()

    assert (found["contact_count"], found["is_intact"]) == (0, False)
    assert key.get("contacts/", {"segment": segment}).json()["results"] == []


def test_who_may_only_read_changes_nothing(key, italians, trattoria, bearer):
    reader = bearer(trattoria, "read")

    assert reader.get(f"segments/{italians}/").json()["contact_count"] == 2
    for response in (
        reader.post("segments/", {"name": "Mine", "filters": {}}),
        reader.patch(f"segments/{italians}/", {"name": "Mine"}),
        reader.delete(f"segments/{italians}/"),
    ):
        assert_problem(response, 403, "permission_denied")
    with trattoria.enter():
        assert Segment.objects.get().name == "Italians"


def test_who_may_not_read_allergies_meets_no_segment_of_them(key, trattoria, bearer):
    key.post("tags/", {"label": "Allergy: nuts"})
    nuts = key.post("segments/", {"name": "Nuts", "filters": {"tag": ["allergy_nuts"]}}).json()["id"]
    reader = bearer(trattoria, "read")

    assert reader.get("segments/").json()["results"] == []
    assert_problem(reader.get(f"segments/{nuts}/"), 404, "not_found")
    foreign = assert_problem(reader.get("contacts/", {"segment": nuts}), 400, "invalid")
    nothing = assert_problem(reader.get("contacts/", {"segment": NO_ID}), 400, "invalid")
    assert foreign["errors"] == nothing["errors"]


def test_a_page_of_segments_costs_the_same_for_two_and_for_twenty(key):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert key.get("segments/").status_code == 200
        return len(captured)

    for number in range(2):
        key.post("segments/", {"name": f"Number {number}", "filters": {"visits_max": number}})
    few = min(queries() for _ in range(3))
    for number in range(2, 20):
        key.post("segments/", {"name": f"Number {number}", "filters": {"visits_max": number}})

    assert min(queries() for _ in range(3)) == few


def test_the_list_is_sorted_by_spend(key):
    for ordering in ("spend_total_minor", "-spend_total_minor"):
        assert len(key.get("contacts/", {"ordering": ordering}).json()["results"]) == 3
