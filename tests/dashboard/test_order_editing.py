"""An order corrected through its page (R-ORDER-1, R-ORDER-3, R-WRITE-3, R-WRITE-4)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from orders import editing, fulfilment
from orders.models import AppliedDiscount, Order, OrderStatus
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


def fields(place: Place, found: Order) -> dict[str, str]:
    """What the page of the order would send, untouched."""
    with place.enter():
        lines = list(found.lines.order_by("position"))
    sent = {"version": str(found.version), "notes": found.notes, **found.guest}
    sent |= {"items-TOTAL_FORMS": str(len(lines)), "items-INITIAL_FORMS": str(len(lines))}
    for place_in_list, line in enumerate(lines):
        sent |= {
            f"items-{place_in_list}-name": line.name,
            f"items-{place_in_list}-quantity": str(line.quantity),
            f"items-{place_in_list}-price": f"{line.unit_price_minor / 100:.2f}",
            f"items-{place_in_list}-category": line.category,
        }
    return sent | {f"tax_{number}": f"{tax['amount_minor'] / 100:.2f}" for number, tax in enumerate(found.taxes)}


def edit(place: Place, found: Order, *, role: str = Role.OWNER, **changes: str) -> Any:
    return send(place, "order_edit", found.pk, role=role, **{**fields(place, found), **changes})


def items(place: Place, found: Order) -> list[tuple[int, str, int, str]]:
    with place.enter():
        rows = found.lines.order_by("position").values_list("quantity", "name", "unit_price_minor", "category")
        return list(rows)


def test_the_items_of_an_open_order_are_corrected_and_added_up_again(tonight: Place) -> None:
    found = order(tonight, "Gagnon")

    answer = edit(tonight, found, role=Role.HOST, **{"items-0-quantity": "3", "items-1-name": "Acqua naturale"})

    assert answer.url == url(tonight, "order", found.pk)
    assert items(tonight, found) == [(3, "Margherita", 900, "Kitchen"), (1, "Acqua naturale", 300, "Drinks")]
    assert order(tonight, "Gagnon").total_minor == 3000


def test_a_row_is_taken_off_and_another_put_on(tonight: Place) -> None:
    found = order(tonight, "Gagnon")
    new = {"items-1-name": "Tiramisù", "items-1-price": "6.50", "items-1-category": ""}

    edit(tonight, found, **new)
    edit(tonight, order(tonight, "Gagnon"), **{"items-0-name": "", "items-0-price": "", "items-0-quantity": "1"})

    assert [item[1:3] for item in items(tonight, found)] == [("Tiramisù", 650)]


def test_what_nobody_touched_changes_nothing(tonight: Place) -> None:
    found = order(tonight, "De Luca")

    assert edit(tonight, found).status_code == 302

    assert order(tonight, "De Luca").version == found.version


def test_the_guests_fixed_discount_is_reckoned_anew_and_another_discount_stays(tonight: Place) -> None:
    with tonight.enter():
        moretti = evening.Evening(
            {"Moretti": contact(tonight, "Moretti")}, order(tonight, "Gagnon").placed_at, tonight.venue
        )
        made = evening.order(moretti, "Moretti", 1, {"Margherita": 2}, discount_minor=300)
        fulfilment.set_status(made, OrderStatus.ACCEPTED, at=moretti.now)
    found = order(tonight, "Moretti")
    assert (found.discount_minor, found.total_minor) == (300, 1500)

    edit(tonight, found, **{"items-0-quantity": "4"})

    now = order(tonight, "Moretti")
    # Ten percent were 180 of the 300; of what the other 120 leave of 36.00 they are 348.
    assert (now.discount_minor, now.total_minor) == (468, 3132)
    with tonight.enter():
        assert AppliedDiscount.objects.get(order=now).amount_minor == 348


def test_taxes_are_corrected_by_hand(tonight: Place) -> None:
    found = order(tonight, "Gagnon")
    with tonight.enter():
        taxes = [
            {"name": "GST", "amount_minor": 60, "is_included": False},
            {"name": "IVA", "amount_minor": 90, "is_included": True},
        ]
        Order.objects.filter(pk=found.pk).update(taxes=taxes, total_minor=1260)

    edit(tonight, order(tonight, "Gagnon"), **{"items-0-quantity": "2", "tax_0": "1.05"})

    now = order(tonight, "Gagnon")
    assert [tax["amount_minor"] for tax in now.taxes] == [105, 90]
    assert now.total_minor == 2205


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"items-0-name": "", "items-1-name": "", "items-0-price": "", "items-1-price": ""},
            "Say what was ordered: at least one item.",
        ),
        ({"items-0-price": "nine"}, "Write an amount, such as 12.50."),
        ({"items-0-quantity": "0"}, "greater than or equal to 1"),
        ({"version": "0"}, "A colleague changed this order meanwhile."),
        ({"version": "x"}, "Enter a whole number."),
        ({"email": "sara.villa@example.com"}, "A contact"),
    ],
)
def test_a_faulty_edit_says_why_and_changes_nothing(tonight: Place, changes: dict[str, str], said: str) -> None:
    found = order(tonight, "Gagnon")

    answer = edit(tonight, found, **changes)

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert (order(tonight, "Gagnon").version, items(tonight, found)[0][0]) == (found.version, 1)


def test_what_a_colleague_saved_meanwhile_is_not_overwritten(tonight: Place) -> None:
    mine = order(tonight, "Gagnon")
    edit(tonight, mine, notes="no onions")

    answer = edit(tonight, mine, **{"items-0-quantity": "9"})

    assert answer.status_code == 400
    assert "Open it again" in text_of(answer)
    assert items(tonight, mine)[0][0] == 1


@pytest.mark.parametrize("name", ["Moretti", "Villani"])
def test_of_a_settled_order_only_the_notes_can_be_corrected(tonight: Place, name: str) -> None:
    found = order(tonight, name)
    page = see(tonight, "order_edit", found.pk)
    assert "This order is settled" in page
    assert "Another item" not in page

    answer = edit(tonight, found, notes="called twice", phone="333 000 1111", **{"items-0-quantity": "9"})

    assert answer.status_code == 302
    now = order(tonight, name)
    assert (now.notes, now.total_minor, now.guest) == ("called twice", found.total_minor, found.guest)
    assert items(tonight, now)[0][0] != 9


def test_guest_data_of_an_open_order_reach_the_contact(tonight: Place) -> None:
    with tonight.enter():
        before = evening.Evening({}, order(tonight, "Gagnon").placed_at, tonight.venue)
        made = evening.order(before, "nobody", 1, {"Diavola": 1}, snapshot={"first_name": "Bruno"})

    edit(tonight, made, email="bruno@example.com", last_name="Verdi")

    assert order(tonight, "Verdi").contact_id == contact(tonight, "Verdi").pk


def test_the_total_follows_while_the_items_are_corrected(tonight: Place) -> None:
    found = order(tonight, "Gagnon")

    answer = send(tonight, "order_edit_total", found.pk, **{**fields(tonight, found), "items-0-quantity": "2"})

    assert text_of(answer) == "Total €21.00"


def test_a_marketer_and_a_stranger_correct_no_order(tonight: Place, bistro: Place) -> None:
    found = order(tonight, "Gagnon")

    for name in ("order_edit", "order_edit_total"):
        assert send(tonight, name, found.pk, role=Role.MARKETER).status_code == 403
        assert send(bistro, name, found.pk).status_code == 404

    assert "Edit order" not in see(tonight, "order", found.pk, role=Role.MARKETER)


def test_in_a_browser_an_item_is_added_and_saved(visit: LetIn, trattoria: Place) -> None:
    with trattoria.enter():
        evening.orders_of(evening.board_of(trattoria))
    found = order(trattoria, "Gagnon")
    visitor = visit(trattoria, Role.HOST)
    page = visitor.go(f"orders/{found.pk}/")
    page.get_by_role("link", name="Edit order").click()
    page.locator("[name=items-1-price]").press("Enter")
    page.locator("[name=items-2-name]").fill("Tiramisù")
    page.locator("[name=items-2-price]").fill("6.50")
    page.locator("[name=items-2-price]").press("Tab")
    expect(page.locator("#order-total")).to_contain_text("€18.50")

    page.get_by_role("button", name="Save").click()

    expect(page.locator(".bill")).to_contain_text("Tiramisù")
    assert order(trattoria, "Gagnon").total_minor == 1850
    assert visitor.complaints == []
    assert editing.may_change_items(order(trattoria, "Gagnon"))
