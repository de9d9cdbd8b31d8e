"""How many statements a request costs, as committed in tests/baselines/query_counts.json (issue 2, bench).

A count that grows is a decision: change the file in the same commit and say why. One that shrinks is changed as well.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staff import api_keys
from tests.api.test_bookings import booking
from tests.api.test_orders import order
from tests.api.test_wifi import wifi_login

COUNTS = json.loads((Path(__file__).parent.parent / "baselines" / "query_counts.json").read_text(encoding="utf-8"))
# Those of a contact's card are asked in tests/dashboard/test_card_queries.py.
BASELINES = {name: count for name, count in COUNTS.items() if not name.startswith("card, ")}
# The words of transaction and scope differ between a test and a request.
FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@pytest.fixture
def key(trattoria, bearer, monkeypatch):
    monkeypatch.setattr(api_keys, "TRUSTED_SECONDS", 3600)  # or a slow machine would look the key up again
    key = bearer(trattoria)
    for number in range(3):
        key.post("bookings/", booking(trattoria, guest=guest(number)))
    return key


def guest(number):
    return {"first_name": f"N{number}", "email": f"n{number}@example.com", "phone": f"333 123 45{number:02}"}


REQUESTS = {
    "POST bookings/, a new guest": lambda key, place: key.post("bookings/", booking(place, guest=guest(77))),
    "POST bookings/, a known guest": lambda key, place: key.post("bookings/", booking(place, guest=guest(1))),
    "POST orders/, a new guest": lambda key, place: key.post("orders/", order(place, guest=guest(80))),
    "POST orders/, a known guest": lambda key, place: key.post("orders/", order(place, guest=guest(1))),
    "POST wifi-sessions/, a new guest": lambda key, place: key.post(
        "wifi-sessions/", wifi_login(place, guest=guest(79))
    ),
    "POST wifi-sessions/, a known guest": lambda key, place: key.post(
        "wifi-sessions/", wifi_login(place, guest=guest(1))
    ),
    "POST contacts/, a new contact": lambda key, _place: key.post("contacts/", guest(78)),
    "GET contacts/": lambda key, _place: key.get("contacts/"),
    "GET contacts/?q=": lambda key, _place: key.get("contacts/?q=n"),
    "GET contacts/?q=, two words": lambda key, _place: key.get("contacts/?q=n1 exam"),
    "GET contacts/?tag=": lambda key, _place: key.get("contacts/?tag=vip&language=it&visits_min=1"),
    "GET bookings/": lambda key, _place: key.get("bookings/"),
}


def test_every_baseline_has_its_request():
    assert sorted(BASELINES) == sorted(REQUESTS)


@pytest.mark.parametrize("name", sorted(BASELINES))
def test_a_request_costs_what_its_baseline_says(key, trattoria, name):
    with CaptureQueriesContext(connection) as captured:
        response = REQUESTS[name](key, trattoria)

    # A prepared statement of tenants.rows is captured without its text.
    statements = [one["sql"] or "(prepared)" for one in captured if not (one["sql"] or "").startswith(FRAME)]
    assert response.status_code in (200, 201)
    assert len(statements) == BASELINES[name], "\n".join(statements)
