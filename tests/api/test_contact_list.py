"""The guest list through the API: finding, filtering, paging (R-CRM-4, R-CRM-5)."""

from __future__ import annotations

import pytest

from tests.api.test_contacts import ANNA
from tests.api.test_problems import assert_problem


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    return key.post("contacts/", ANNA).json()


def names(key, query=""):
    return [row["first_name"] for row in key.get(f"contacts/?{query}").json()["results"]]


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
