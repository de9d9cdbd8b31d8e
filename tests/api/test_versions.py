"""An edit made from a stale copy is 412 (API.md, Conventions: ETag and If-Match)."""

from __future__ import annotations

import pytest

from tests.api.test_bookings import booking
from tests.api.test_problems import assert_problem


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    return key.post("contacts/", {"first_name": "Anna", "email": "anna@example.com"})


def test_every_edit_of_a_contact_raises_its_version(key, anna):
    path = f"contacts/{anna.json()['id']}/"

    assert anna.headers["ETag"] == '"1"'
    assert key.patch(path, {"city": "Lodi"}, **{"If-Match": '"1"'}).headers["ETag"] == '"2"'
    assert key.patch(path, {"city": "Lodi"}, **{"If-Match": '"2"'}).headers["ETag"] == '"2"'
    assert key.get(path).headers["ETag"] == '"2"'


def test_a_stale_edit_is_412_and_changes_nothing(key, anna):
    path = f"contacts/{anna.json()['id']}/"
    key.patch(path, {"city": "Lodi"})

    response = key.patch(path, {"city": "Pavia"}, **{"If-Match": '"1"'})

    assert_problem(response, 412, "stale")
    assert response.headers["ETag"] == '"2"'
    assert key.get(path).json()["city"] == "Lodi"
    assert_problem(key.delete(path, **{"If-Match": '"1"'}), 412, "stale")


@pytest.mark.parametrize("given", ['"1"', 'W/"1"', "*", '"7", "1"'])
def test_a_fresh_edit_passes(key, anna, given):
    assert key.patch(f"contacts/{anna.json()['id']}/", {"city": "Lodi"}, **{"If-Match": given}).status_code == 200


@pytest.mark.parametrize("given", ["1", '"2"', "", '"', "abc"])
def test_anything_else_is_stale(key, anna, given):
    assert_problem(key.patch(f"contacts/{anna.json()['id']}/", {"city": "Lodi"}, **{"If-Match": given}), 412, "stale")


def test_a_stale_copy_comes_before_a_faulty_body_and_after_a_missing_object(key, anna):
    stale = {"If-Match": '"9"'}

    assert_problem(key.patch(f"contacts/{anna.json()['id']}/", {"x": 1}, **stale), 412, "stale")
    assert_problem(key.patch("contacts/0198c5a0-0000-7000-8000-000000000000/", {"x": 1}, **stale), 404, "not_found")


def test_bookings_have_versions_too(key, trattoria):
    taken = key.post("bookings/", booking(trattoria))
    path = f"bookings/{taken.json()['id']}/"

    assert key.patch(path, {"party_size": 5}, **{"If-Match": taken.headers["ETag"]}).headers["ETag"] == '"2"'
    assert_problem(key.patch(path, {"party_size": 6}, **{"If-Match": '"1"'}), 412, "stale")
    assert_problem(key.post(f"{path}status/", {"status": "arrived"}, **{"If-Match": '"1"'}), 412, "stale")
    assert key.post(f"{path}status/", {"status": "arrived"}, **{"If-Match": '"2"'}).headers["ETag"] == '"3"'
