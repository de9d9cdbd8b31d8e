"""Orders as they are found: by venue, status, contact, period and words (R-CRM-3, R-ORDER-1)."""

from __future__ import annotations

import pytest

from tests.api.test_orders import BRUNO, ago, order
from tests.api.test_problems import assert_problem


def test_the_list_filters_by_venue_status_contact_period_and_words(trattoria, bearer):
    key = bearer(trattoria)
    mare = str(trattoria.venues[1].pk)
    first = key.post("orders/", order(trattoria, placed_at="2026-11-01T20:00:00+01:00", external_id="A1")).json()
    second = key.post(
        "orders/", order(trattoria, venue=mare, placed_at="2026-11-02T20:00:00+01:00", guest=BRUNO)
    ).json()
    key.post(f"orders/{second['id']}/status/", {"status": "cancelled"})

    def ids(query):
        return [row["id"] for row in key.get(f"orders/?{query}").json()["results"]]

    assert ids("") == ids("q=") == [first["id"], second["id"]]
    assert ids("ordering=-placed_at") == [second["id"], first["id"]]
    assert ids(f"venue={mare}") == [second["id"]]
    assert ids("status=cancelled") == [second["id"]]
    assert ids("status=cancelled&status=new") == [first["id"], second["id"]]
    assert ids(f"contact={first['contact']}") == [first["id"]]
    assert ids("placed_after=2026-11-02T00:00:00Z") == [second["id"]]
    assert ids("placed_before=2026-11-02T00:00:00Z") == [first["id"]]
    assert ids("placed_after=2026-11-01T19:00:00Z&placed_before=2026-11-01T19:00:00Z") == [first["id"]]
    assert ids("q=A1") == [first["id"]]
    assert ids("q=bru") == [second["id"]]
    assert ids("q=333 123 4567") == [first["id"]]
    assert ids("q=nobody") == ids("q=---") == []
    assert ids("updated_since=2026-01-01T00:00:00Z") == [first["id"], second["id"]]


def test_the_list_pages_by_cursor(trattoria, bearer):
    key = bearer(trattoria)
    taken = [key.post("orders/", order(trattoria, placed_at=ago(days=5 - day))).json()["id"] for day in range(3)]

    first = key.get("orders/?limit=2").json()
    second = key.get(first["next"]).json()

    assert [row["id"] for row in first["results"] + second["results"]] == taken
    assert second["next"] is None


def test_the_list_costs_the_same_however_many_orders_it_shows(trattoria, bearer, django_assert_num_queries):
    key = bearer(trattoria, "pos")
    for _ in range(3):
        key.post("orders/", order(trattoria))
    key.get("orders/")

    with django_assert_num_queries(5, exact=False) as few:
        key.get("orders/?limit=1")
    with django_assert_num_queries(len(few)):
        key.get("orders/?limit=3")


@pytest.mark.parametrize(
    "query",
    [
        "venue=1",
        "status=eaten",
        "contact=x",
        "ordering=id",
        "placed_after=2026-01-01",
        "placed_before=yesterday",
        "updated_since=2026-01-01",
        "kind=takeaway",
    ],
)
def test_a_faulty_filter_is_400_with_the_parameter(trattoria, bearer, query):
    body = assert_problem(bearer(trattoria).get(f"orders/?{query}"), 400, "invalid")

    assert [error["field"].split(".")[0] for error in body["errors"]] == [query.split("=")[0]]


def test_a_contacts_orders_are_listed_newest_first_by_period_and_status(trattoria, bearer):
    key = bearer(trattoria)
    old = key.post("orders/", order(trattoria, placed_at="2026-11-01T20:00:00+01:00")).json()
    new = key.post("orders/", order(trattoria, placed_at="2026-11-02T20:00:00+01:00")).json()
    key.post("orders/", order(trattoria, guest=BRUNO))
    key.post(f"orders/{new['id']}/status/", {"status": "fulfilled"})

    def ids(query=""):
        return [row["id"] for row in key.get(f"contacts/{old['contact']}/orders/?{query}").json()["results"]]

    assert ids() == [new["id"], old["id"]]
    assert ids("status=fulfilled") == [new["id"]]
    assert ids("placed_before=2026-11-02T00:00:00Z") == [old["id"]]
    assert ids("placed_after=2026-11-02T00:00:00Z&status=new") == []


def test_a_key_of_one_venue_sees_the_orders_of_that_venue(trattoria, bearer):
    admin = bearer(trattoria)
    centro = admin.post("orders/", order(trattoria)).json()
    mare = admin.post("orders/", order(trattoria, venue=str(trattoria.venues[1].pk))).json()
    bound = bearer(trattoria, "pos", venue=trattoria.venue)

    assert [row["id"] for row in bound.get("orders/").json()["results"]] == [centro["id"]]
    assert [row["id"] for row in bound.get(f"contacts/{centro['contact']}/orders/").json()["results"]] == [centro["id"]]
    assert_problem(bound.get(f"orders/{mare['id']}/"), 404, "not_found")
    assert_problem(bound.patch(f"orders/{mare['id']}/", {"notes": "x"}), 404, "not_found")
    assert_problem(bound.post(f"orders/{mare['id']}/status/", {"status": "fulfilled"}), 404, "not_found")
    assert_problem(bound.post(f"orders/{mare['id']}/refunds/", {"amount_minor": 1}), 404, "not_found")
    refused = assert_problem(bound.post("orders/", order(trattoria, venue=str(trattoria.venues[1].pk))), 400, "invalid")
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [("venue", "unknown_id")]
