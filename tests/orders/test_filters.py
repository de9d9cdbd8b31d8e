"""The guest list by what was ordered and spent (R-CRM-5, R-IO-2), through the API."""

from __future__ import annotations

import datetime

import pytest

from crm.models import Contact
from orders import fulfilment, refunding
from orders.models import OrderStatus
from orders.totals import Amounts, Item
from tests.api.test_problems import assert_problem
from tests.orders.tables import costing, fulfilled, take
from tests.personas import Place

FIRST = datetime.datetime(2026, 11, 1, 19, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
CAFFE = Amounts((Item("Caffè  Corretto", 1, 300, "Bevande"), Item("Torta", 1, 700, "Dolci")), 1000)
TIRAMISU = Amounts((Item("Tiramisù", 2, 600, "Dolci"),), 1200)


def guest(name: str) -> dict[str, str]:
    return {"first_name": name, "email": f"{name}@example.net"}


@pytest.fixture
def list_of(trattoria, bearer):
    """Names of the contacts that a query finds among: anna (two coffees), bruno (tiramisù), carla (never fulfilled)."""
    with trattoria.enter():
        for day in (0, 3):
            fulfilled(trattoria, guest=guest("anna"), amounts=CAFFE, at=FIRST + day * DAY, placed_at=FIRST)
        fulfilled(trattoria, guest=guest("bruno"), amounts=TIRAMISU, at=FIRST + 5 * DAY, placed_at=FIRST)
        take(trattoria, guest=guest("carla"), amounts=CAFFE, placed_at=FIRST)
    key = bearer(trattoria)

    def names(query: str) -> list[str]:
        answer = key.get(f"contacts/?{query}")
        assert answer.status_code == 200, answer.content
        return sorted(row["first_name"] for row in answer.json()["results"])

    return names


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("orders_min=1", ["anna", "bruno"]),
        ("orders_min=2", ["anna"]),
        ("orders_max=1", ["bruno", "carla"]),
        ("orders_min=1&orders_max=1", ["bruno"]),
        ("spend_min=1201", ["anna"]),
        ("spend_min=1200", ["anna", "bruno"]),
        ("spend_max=1200", ["bruno", "carla"]),
        ("average_ticket_min=1001", ["bruno"]),
        ("average_ticket_max=1000", ["anna"]),
        ("average_ticket_max=5000", ["anna", "bruno"]),
        ("bought_item=caffe corretto", ["anna"]),
        ("bought_item=CAFFÈ CORRETTO", ["anna"]),
        ("bought_item=caffe", []),
        ("bought_item=tiramisu", ["bruno"]),
        ("bought_category=dolci", ["anna", "bruno"]),
        ("bought_category=Bevande", ["anna"]),
        ("bought_item=torta&bought_category=dolci", ["anna"]),
        ("bought_item=torta&bought_category=bevande", []),
        ("bought_category=dolci&bought_after=2026-11-05", ["bruno"]),
        ("bought_category=dolci&bought_before=2026-11-01", ["anna"]),
        ("bought_item=torta&bought_after=2026-11-02&bought_before=2026-11-03", []),
        ("bought_item=torta&bought_after=2026-11-04&bought_before=2026-11-04", ["anna"]),
        ("bought_after=2026-11-05", ["bruno"]),
        ("bought_before=2026-10-31", []),
        ("bought_item=", ["anna", "bruno", "carla"]),
        ("bought_category=dolci&orders_min=2", ["anna"]),
    ],
)
def test_guests_are_found_by_what_they_ordered(list_of, query, found):
    assert list_of(query) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("orders_min=-1", "orders_min"),
        ("spend_max=much", "spend_max"),
        ("average_ticket_min=-5", "average_ticket_min"),
        ("bought_after=01.11.2026", "bought_after"),
        ("bought_item=a&bought_item=b", "bought_item"),
    ],
)
def test_a_faulty_filter_is_400_with_the_parameter(trattoria, bearer, query, field):
    body = assert_problem(bearer(trattoria).get(f"contacts/?{query}"), 400, "invalid")

    assert [error["field"] for error in body["errors"]] == [field]


def test_the_imported_baseline_counts(trattoria: Place, list_of):
    with trattoria.enter():
        Contact.objects.filter(first_name="carla").update(imported_order_count=7, imported_spend_minor=90_00)

    assert list_of("orders_min=3") == ["carla"]
    assert list_of("orders_max=2") == ["anna", "bruno"]
    assert list_of("spend_min=9000") == ["carla"]
    assert list_of("spend_max=2000") == ["anna", "bruno"]


def test_what_was_cancelled_or_wholly_refunded_was_not_bought(trattoria: Place, list_of):
    with trattoria.enter():
        cancelled = fulfilled(trattoria, guest=guest("dario"), amounts=costing(500, name="Acqua"))
        refunded = fulfilled(trattoria, guest=guest("elena"), amounts=costing(500, name="Acqua"))
        fulfilled(trattoria, guest=guest("fabio"), amounts=costing(500, name="Acqua"))
    assert list_of("bought_item=acqua") == ["dario", "elena", "fabio"]

    with trattoria.enter():
        fulfilment.set_status(cancelled, OrderStatus.CANCELLED)
        refunding.refund(refunded, 500)

    assert list_of("bought_item=acqua") == ["fabio"]
    assert list_of("orders_min=1") == ["anna", "bruno", "fabio"]
