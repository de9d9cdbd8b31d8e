"""The orders board and an order's page (R-CRM-3, R-ORDER-1, R-ORDER-4, R-WRITE-4)."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from crm.models import Contact
from orders.models import Order, OrderStatus, Refund
from tenants.models import User
from tenants.permissions import Role
from tests.dashboard import evening
from tests.dashboard.conftest import Visit as LetIn
from tests.dashboard.counter import contact, order, see, send, text_of
from tests.dashboard.test_pages import url
from tests.personas import Place


@pytest.fixture
def tonight(trattoria: Place) -> Place:
    with trattoria.enter():
        evening.sales_of(evening.board_of(trattoria))
    return trattoria


def test_the_board_groups_open_orders_by_what_is_next(tonight: Place) -> None:
    page = see(tonight, "orders", role=Role.HOST)

    marks = ["New 2", "De Luca", "Bruno", "Accepted 1", "Gagnon", "Preparing 1", "Ready 1", "2 orders settled today"]
    assert [page.index(mark) for mark in marks] == sorted(page.index(mark) for mark in marks)
    assert [page.count(verb) for verb in ("Accept ", "Start preparing", "Mark ready", "Mark fulfilled")] == [2, 1, 1, 1]


def test_a_row_says_who_waits_for_what_since_when(tonight: Place) -> None:
    answer = tonight.signed_in(Role.HOST).get(url(tonight, "order_rows"))

    page, source = text_of(answer), answer.content.decode()
    assert "Famiglia De Luca takeaway Allergy nuts" in page
    assert "3 x Margherita, 1 x Diavola, 2 x Tiramisù and 2 more 2 x Acqua frizzante, 1 x Lambrusco" in page
    assert "“ring at the side door”" in page
    assert "€79.50" in page
    assert 'href="tel:+390249513870"' in source
    assert url(tonight, "contact", contact(tonight, "De Luca").pk) in source
    assert "<html" not in source


def test_a_marketer_sees_the_orders_without_their_buttons(tonight: Place) -> None:
    page = see(tonight, "orders", role=Role.MARKETER)

    assert "De Luca" in page
    assert not any(verb in page for verb in ("Start preparing", "Reject order", "Undo", "New order"))


def test_the_orders_of_another_venue_stay_there(tonight: Place) -> None:
    page = see(tonight, "orders", venue=str(tonight.venues[1].pk))

    assert "De Luca" not in page
    assert "No open orders" in page


def test_the_board_costs_as_much_with_one_order_as_with_many(tonight: Place) -> None:
    client = tonight.signed_in()
    client.get(url(tonight, "order_rows"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url(tonight, "order_rows"))
    with tonight.enter():
        guests = {one.last_name: one for one in Contact.objects.all()}
        found = evening.Evening(guests, timezone.now(), tonight.venue)
        for name in ("Villa", "Villani", "Dyja", "Moretti"):
            evening.order(found, name, 5, {"Margherita": 1, "Diavola": 2})

    with CaptureQueriesContext(connection) as many:
        client.get(url(tonight, "order_rows"))

    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ({"period": "week"}, ["Moretti", "De Luca", "Villani"], []),
        ({"status": "cancelled"}, ["Villani"], ["De Luca", "Moretti"]),
        ({"period": "week", "status": "fulfilled"}, ["Moretti", "€6.50 refunded"], ["De Luca"]),
        ({"from": "2020-01-01", "until": "2020-12-31"}, ["No orders of this period and status"], ["De Luca"]),
        ({"period": "nonsense", "status": "nonsense", "from": "0001-01-01"}, ["Accept", "New 2"], []),
    ],
)
def test_period_and_status_stand_in_the_address(
    tonight: Place, query: dict[str, str], shown: list[str], hidden: list[str]
) -> None:
    page = see(tonight, "orders", **query)

    assert [text for text in shown if text not in page] == []
    assert [text for text in hidden if text in page] == []


def test_an_order_shows_what_it_was_and_what_became_of_it(tonight: Place) -> None:
    page = see(tonight, "order", order(tonight, "Moretti").pk)

    for text in (
        "2 x Margherita €9.00 each · Kitchen €18.00",
        "Items €46.50 Discount -€4.00 Total €42.50",
        "IVA 10%, included €4.32",
        "Tip, not in the total €5.00",
        "the tiramisù came late",
        "-€6.50 What remains €36.00",
        "no. R-1041",
    ):
        assert text in page
    assert re.search(r"What became of it Placed .*? Fulfilled \d", page)


def test_an_order_is_taken_a_step_further_on_its_page(tonight: Place) -> None:
    pk = order(tonight, "De Luca").pk

    answer = send(tonight, "order_status", pk, role=Role.HOST, status="accepted")

    assert answer.url == url(tonight, "order", pk)
    assert order(tonight, "De Luca").status == OrderStatus.ACCEPTED
    assert re.search(r"Placed .*? Accepted \d+ \w+ [\d:]+ \w+", see(tonight, "order", pk))


@pytest.mark.parametrize("name", ["order_status", "order_refund", "order_link"])
def test_a_marketer_changes_no_order(tonight: Place, name: str) -> None:
    before = order(tonight, "De Luca")

    answer = send(tonight, name, before.pk, role=Role.MARKETER, status="accepted", amount_minor="1")

    assert answer.status_code == 403
    assert order(tonight, "De Luca").version == before.version


def test_a_refund_is_typed_as_the_reader_writes_money(tonight: Place) -> None:
    User.objects.filter(pk=tonight.owner.pk).update(language="it")
    pk = order(tonight, "De Luca").pk

    answer = send(tonight, "order_refund", pk, amount_minor="12,50", reason="cold")

    assert answer.status_code == 302
    with tonight.enter():
        given_back = Refund.objects.get(order=pk)
    assert (given_back.amount_minor, given_back.reason) == (1250, "cold")


def test_a_refund_of_more_than_is_left_is_refused_in_money(tonight: Place) -> None:
    pk = order(tonight, "Moretti").pk

    answer = send(tonight, "order_refund", pk, amount_minor="36.01")

    assert answer.status_code == 400
    assert "Only €36.00 is left to refund." in text_of(answer)
    assert order(tonight, "Moretti").refunded_minor == 650


def test_a_full_refund_makes_the_order_refunded_and_offers_no_more(tonight: Place) -> None:
    pk = order(tonight, "Moretti").pk

    send(tonight, "order_refund", pk, amount_minor="36")

    page = see(tonight, "order", pk)
    assert "Record the refund" not in page
    assert re.search(r"Fulfilled .*? Refunded", page)
    assert contact(tonight, "Moretti").stats.order_count == 0


def test_an_order_is_linked_to_another_contact(tonight: Place) -> None:
    pk, villa = order(tonight, "De Luca").pk, contact(tonight, "Villa")

    answer = send(tonight, "order_link", pk, contact=str(villa.pk))

    assert answer.status_code == 302
    assert "in the list: Sara Villa" in see(tonight, "order", pk)
    with tonight.enter():
        assert Order.objects.get(pk=pk).contact_id == villa.pk


def test_a_strangers_order_is_not_found(tonight: Place, bistro: Place) -> None:
    pk = order(tonight, "De Luca").pk

    assert bistro.signed_in().get(url(bistro, "order", pk)).status_code == 404
    assert send(bistro, "order_status", pk, status="accepted").status_code == 404
    assert order(tonight, "De Luca").status == OrderStatus.NEW


@pytest.fixture
def service(trattoria: Place, commits: None) -> Place:
    with trattoria.enter():
        evening.orders_of(evening.board_of(trattoria))
    return trattoria


def row(page: Page, name: str) -> Locator:
    return page.locator(".brow", has_text=name)


def test_one_touch_takes_an_order_a_step_further_and_undo_takes_it_back(visit: LetIn, service: Place) -> None:
    visitor = visit(service, Role.HOST)
    page = visitor.go("orders/")

    row(page, "De Luca").get_by_role("button", name="Accept").click()
    expect(row(page, "De Luca").get_by_role("button", name="Start preparing")).to_be_visible()
    assert order(service, "De Luca").status == OrderStatus.ACCEPTED

    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(row(page, "De Luca").get_by_role("button", name="Accept")).to_be_enabled()
    assert order(service, "De Luca").status == OrderStatus.NEW

    row(page, "Tremblay").get_by_role("button", name="Mark fulfilled").click()
    expect(page.get_by_text("3 orders settled today")).to_be_visible()
    assert contact(service, "Tremblay").stats.order_count == 1
    row(page, "De Luca").locator("summary[aria-label]").click()
    row(page, "De Luca").get_by_role("button", name="Reject order").click()
    expect(page.get_by_text("4 orders settled today")).to_be_visible()
    assert visitor.complaints == []
