"""Receipts of the till through the pages: found, shown, linked to a contact and taken from it (R-CRM-3, R-WRITE-4)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from uuid_utils.compat import uuid7

from bookings.models import Booking
from crm.models import ContactStats
from orders import receipt_linking
from orders.models import Receipt
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


def receipt(place: Place, number: str) -> Receipt:
    with place.enter():
        found: Receipt = Receipt.objects.select_related("contact").get(external_id=number)
        return found


def spend(place: Place, last_name: str) -> int:
    with place.enter():
        spent: int = ContactStats.objects.get(contact__last_name=last_name).spend_minor
        return spent


def test_a_receipt_and_its_spend_move_to_the_contact_it_is_linked_to(tonight: Place) -> None:
    found, villa = receipt(tonight, "R-1007"), contact(tonight, "Villa")
    before = spend(tonight, "Moretti")

    answer = send(tonight, "receipt_link", found.pk, role=Role.HOST, contact=str(villa.pk))

    assert answer.url == url(tonight, "receipt", found.pk)
    assert receipt(tonight, "R-1007").contact == villa
    assert (spend(tonight, "Villa"), spend(tonight, "Moretti")) == (4300, before - 4300)
    assert "Sara Villa" in see(tonight, "receipt", found.pk)


def test_a_receipt_is_taken_from_its_contact_and_found_among_those_without_one(tonight: Place) -> None:
    found = receipt(tonight, "R-1007")
    assert "R-1007" not in see(tonight, "receipts", show="unlinked")

    assert send(tonight, "receipt_link", found.pk, unlink="yes").status_code == 302

    assert receipt(tonight, "R-1007").contact is None
    page = see(tonight, "receipts", show="unlinked")
    assert "no contact · no. R-1007 €43.00" in page
    assert "R-1041" not in page


def test_the_list_of_a_venue_has_its_receipts_newest_first(tonight: Place) -> None:
    page = see(tonight, "receipts", role=Role.MARKETER)

    assert page.index("R-1041") < page.index("R-1007")
    assert "Giulia Moretti" in page
    assert "R-1041" not in see(tonight, "receipts", venue=str(tonight.venues[1].pk))


def test_a_receipt_shows_what_was_bought_and_leads_to_its_order(tonight: Place) -> None:
    client = tonight.signed_in()
    answer = client.get(url(tonight, "receipt", receipt(tonight, "R-1041").pk))

    for text in ("Receipt no. R-1041", "2 x Margherita €18.00", "Net €38.80", "IVA 22% €2.20", "Total €43.00"):
        assert text in text_of(answer)
    assert url(tonight, "order", order(tonight, "Moretti").pk) in answer.content.decode()


@pytest.mark.parametrize("name", ["receipt_link", "order_link"])
def test_a_link_to_nobody_in_particular_asks_for_a_contact(tonight: Place, name: str) -> None:
    fact = receipt(tonight, "R-1007") if name == "receipt_link" else order(tonight, "Moretti")
    referer = {"Referer": url(tonight, "orders")}

    answer = tonight.signed_in().post(url(tonight, name, fact.pk), {"contact": ""}, headers=referer, follow=True)

    assert "Choose a contact first." in text_of(answer)
    with tonight.enter():
        assert type(fact).objects.get(pk=fact.pk).contact_id == fact.contact_id is not None


def test_an_order_and_a_booking_are_taken_from_their_contact(tonight: Place) -> None:
    found, moretti = order(tonight, "Moretti"), contact(tonight, "Moretti")
    with tonight.enter():
        booking = Booking.objects.filter(contact=moretti, status="finished").latest("starts_at")
        visits = ContactStats.objects.get(contact=moretti).visit_count

    send(tonight, "order_link", found.pk, unlink="yes")
    send(tonight, "booking_link", booking.pk, unlink="yes")

    with tonight.enter():
        assert (found.__class__.objects.get(pk=found.pk).contact_id, Booking.objects.get(pk=booking.pk).contact_id) == (
            None,
            None,
        )
        assert ContactStats.objects.get(contact=moretti).visit_count == visits - 2


def test_who_may_not_change_orders_links_no_receipt(tonight: Place, bistro: Place) -> None:
    found = receipt(tonight, "R-1007")

    assert send(tonight, "receipt_link", found.pk, role=Role.MARKETER, unlink="yes").status_code == 403
    assert send(bistro, "receipt_link", found.pk, unlink="yes").status_code == 404
    assert bistro.signed_in().get(url(bistro, "receipt", found.pk)).status_code == 404
    assert send(tonight, "receipt_link", uuid7(), unlink="yes").status_code == 404
    assert "Link to" not in see(tonight, "receipt", found.pk, role=Role.MARKETER)
    assert receipt(tonight, "R-1007").contact_id == found.contact_id


def test_in_a_browser_the_contact_is_picked_as_for_a_booking(visit: LetIn, trattoria: Place) -> None:
    with trattoria.enter():
        evening.sales_of(evening.board_of(trattoria))
        receipt_linking.link(Receipt.objects.get(external_id="R-1007"), None)
    visitor = visit(trattoria, Role.HOST)
    page = visitor.go("receipts/?show=unlinked")
    page.locator(".entry .open").click()
    page.get_by_label("Name, phone or e-mail").last.fill("villani")
    page.get_by_role("option", name="Sara Villani").click()

    page.get_by_role("button", name="Link to this contact").click()

    expect(page.get_by_text("The receipt now belongs to Sara Villani.")).to_be_visible()
    assert receipt(trattoria, "R-1007").contact == contact(trattoria, "Villani")
    assert visitor.complaints == []
