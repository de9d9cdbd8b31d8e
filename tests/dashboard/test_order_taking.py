"""An order that staff take: added up by the server, a block confirmed, amounts as people write them (R-ID-8, R-ORDER-1 to 3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from playwright.sync_api import expect

from dashboard.minor_units import MinorUnitsField
from orders.models import Order
from tenants.permissions import Role
from tests.dashboard import evening
from tests.dashboard.conftest import Visit as LetIn
from tests.dashboard.counter import contact, order, see, send, text_of
from tests.dashboard.test_pages import url
from tests.personas import Place

ITEMS = {"items-INITIAL_FORMS": "0", "items-MIN_NUM_FORMS": "0", "items-MAX_NUM_FORMS": "100"}


@pytest.fixture
def tonight(trattoria: Place) -> Place:
    with trattoria.enter():
        evening.sales_of(evening.board_of(trattoria))
    return trattoria


def new_order(place: Place, *rows: tuple[str, str, str], role: str = Role.OWNER, **values: str) -> Any:
    """Take an order of rows (quantity, item, price)."""
    filled = {"items-TOTAL_FORMS": str(len(rows)), **ITEMS}
    for number, (quantity, item, price) in enumerate(rows):
        filled |= {
            f"items-{number}-quantity": quantity,
            f"items-{number}-name": item,
            f"items-{number}-price": price,
        }
    return send(place, "order_new", role=role, **{"kind": "takeaway", "channel": "order_phone", **filled, **values})


def test_an_order_by_phone_is_added_up_by_the_server(tonight: Place) -> None:
    answer = new_order(
        tonight, ("2", "Margherita", "9.50"), ("1", "", ""), ("1", "Acqua", "3"), role=Role.HOST, last_name="Rossi",
        phone="333 555 0101", notes="at eight",
    )  # fmt: skip

    assert answer.url == url(tonight, "orders")
    taken = order(tonight, "Rossi")
    assert (taken.total_minor, taken.channel, taken.kind, taken.notes) == (2200, "order_phone", "takeaway", "at eight")
    with tonight.enter():
        lines = list(taken.lines.order_by("position").values_list("quantity", "name", "unit_price_minor"))
    assert lines == [(2, "Margherita", 950), (1, "Acqua", 300)]


def test_a_chosen_contact_is_told_apart_and_gets_its_fixed_discount(tonight: Place) -> None:
    moretti = contact(tonight, "Moretti")
    page = see(tonight, "order_new", contact=str(moretti.pk))
    assert "Giulia Moretti (la notaia)" in page
    assert "phone …2217 · giulia.moretti@example.com" in page

    new_order(tonight, ("1", "Diavola", "11.50"), contact=str(moretti.pk))

    taken = order(tonight, "Moretti")
    assert (taken.discount_minor, taken.total_minor) == (115, 1035)
    assert "Discount · Neighbors -€1.15" in see(tonight, "order", taken.pk)


@pytest.mark.parametrize(
    ("rows", "values", "said"),
    [
        ([("1", "", "")], {"last_name": "Rossi"}, "Say what was ordered: at least one item."),
        ([("1", "Pizza", "")], {"last_name": "Rossi"}, "This field is required."),
        ([("0", "Pizza", "9")], {"last_name": "Rossi"}, "greater than or equal to 1"),
        ([("1", "Pizza", "nine")], {"last_name": "Rossi"}, "Write an amount, such as 12.50."),
        ([("1", "Pizza", "9")], {}, "Say whose order it is: a name is enough."),
        ([("1", "Pizza", "9")], {"last_name": "Rossi", "kind": "banquet"}, "Select a valid choice."),
    ],
)
def test_a_faulty_order_says_what_is_missing(
    tonight: Place, rows: list[tuple[str, str, str]], values: dict[str, str], said: str
) -> None:
    with tonight.enter():
        before = Order.objects.count()

    answer = new_order(tonight, *rows, **values)

    assert answer.status_code == 400
    assert said in text_of(answer)
    with tonight.enter():
        assert Order.objects.count() == before


def test_a_blocked_guests_order_is_taken_once_it_is_confirmed(tonight: Place) -> None:
    blocked = str(contact(tonight, "De Santis").pk)
    assert "This guest may not order." in see(tonight, "order_new", contact=blocked)

    refused = new_order(tonight, ("1", "Diavola", "11.50"), contact=blocked)
    assert refused.status_code == 400
    assert "Tick this to take the order all the same." in text_of(refused)

    assert new_order(tonight, ("1", "Diavola", "11.50"), contact=blocked, is_confirmed="on").status_code == 302
    assert order(tonight, "De Santis").total_minor == 1150


def test_the_form_hears_of_total_and_block_while_it_is_filled_in(tonight: Place) -> None:
    values = {**ITEMS, "items-TOTAL_FORMS": "1", "items-0-quantity": "3", "items-0-name": "X", "items-0-price": "2.10"}

    plain = text_of(send(tonight, "order_total", **values, last_name="Rossi"))
    known = text_of(send(tonight, "order_total", **values, email="CHIARA.DS@example.com"))
    fixed = text_of(send(tonight, "order_total", **values, contact=str(contact(tonight, "Moretti").pk)))

    assert plain == "Total €6.30"
    assert known.startswith("Total €6.30 This guest may not order.")
    assert fixed == "Items €6.30 Fixed discount of the guest -€0.63 Total €5.67"


def test_who_may_not_take_orders_does_not(tonight: Place) -> None:
    assert new_order(tonight, ("1", "Pizza", "9"), last_name="Rossi", role=Role.MARKETER).status_code == 403
    assert send(tonight, "order_total", role=Role.MARKETER).status_code == 403


@pytest.mark.parametrize(
    ("language", "typed", "minor"),
    [
        ("en", "12.50", 1250),
        ("en", "12,50", 1250),
        ("en", "1,250", 125000),
        ("en", "€3", 300),
        ("it", "12,50", 1250),
        ("it", "12.5", 1250),
        ("it", "1.250,00", 125000),
        ("fr", "1 250,00", 125000),
        ("pl", "1 250,00", 125000),
    ],
)
def test_amounts_are_read_as_each_language_writes_them(language: str, typed: str, minor: int) -> None:
    with translation.override(language):
        assert MinorUnitsField(currency="EUR").clean(typed) == minor


@pytest.mark.parametrize("typed", ["1.250", "-3", "3,", "1e5", "12.505", "12,5,0", "99999999999", "NaN", "٣"])
def test_amounts_that_could_mean_anything_are_refused(typed: str) -> None:
    with translation.override("en"), pytest.raises(ValidationError):
        MinorUnitsField(currency="EUR").clean(typed)


@pytest.fixture
def service(trattoria: Place, commits: None) -> Place:
    with trattoria.enter():
        evening.orders_of(evening.board_of(trattoria))
    return trattoria


def test_an_order_is_typed_by_keyboard_alone(visit: LetIn, service: Place) -> None:
    visitor = visit(service, Role.HOST)
    page = visitor.go("orders/new/")
    page.get_by_label("Last name").fill("Moretti")
    page.get_by_role("option", name="Giulia Moretti").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("[name=items-0-name]").fill("Margherita")
    page.keyboard.press("Enter")
    page.keyboard.type("9.50")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("Tiramisù")
    page.keyboard.press("Tab")
    page.keyboard.type("6.50")
    page.keyboard.press("Enter")
    expect(page.locator("[name=items-2-quantity]")).to_be_focused()

    expect(page.locator("#order-total")).to_contain_text("€16.00")
    page.get_by_role("button", name="Remove this item").nth(0).click()
    expect(page.locator("#order-total")).to_contain_text("€6.50")
    page.get_by_role("button", name="Take the order").click()

    expect(page.get_by_text("The order is taken.")).to_be_visible()
    assert order(service, "Moretti").total_minor == 650
    assert visitor.complaints == []
