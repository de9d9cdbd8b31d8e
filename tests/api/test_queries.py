"""A page costs the same few queries however many rows it shows, and a booking a known number (API.md, Conventions)."""

from __future__ import annotations

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.test_bookings import booking

# Transaction, scope and the end of both.
FRAME = 4


def queries(act):
    """The least of three: once a second a key is looked up again."""
    return min(_count(act) for _ in range(3))


def _count(act):
    with CaptureQueriesContext(connection) as captured:
        assert act().status_code in (200, 201)
    return len(captured)


def take(key, place, number):
    guest = {"first_name": f"N{number}", "email": f"n{number}@example.com", "phone": f"333 123 45{number:02}"}
    taken = key.post("bookings/", booking(place, guest=guest)).json()
    key.post(f"contacts/{taken['contact']}/tags/", {"tag": "vip"})
    return taken


@pytest.mark.parametrize("path", ["contacts/", "contacts/?q=n&tag=vip", "bookings/", "audit/", "tags/", "venues/"])
def test_a_page_costs_the_same_for_two_rows_and_for_twenty(trattoria, bearer, path):
    key = bearer(trattoria)
    for number in range(2):
        take(key, trattoria, number)
    few = queries(lambda: key.get(path))
    for number in range(2, 20):
        take(key, trattoria, number)

    assert queries(lambda: key.get(path)) == few <= FRAME + 14


def test_a_booking_stays_within_its_budget(trattoria, bearer):
    key = bearer(trattoria, "widget")
    take(bearer(trattoria), trattoria, 1)
    key.post("bookings/", booking(trattoria))
    key.post("bookings/", booking(trattoria))

    numbers = itertools.count()
    new = queries(lambda: key.post("bookings/", booking(trattoria, guest={"email": f"new{next(numbers)}@example.com"})))
    known = queries(lambda: key.post("bookings/", booking(trattoria)))
    kept = queries(lambda: key.post("bookings/", booking(trattoria), **{"Idempotency-Key": f"k{next(numbers)}"}))

    assert new <= FRAME + 12
    assert known <= FRAME + 12
    # The lock, the look for an earlier answer, the answer itself.
    assert kept == known + 3
