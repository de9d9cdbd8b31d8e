"""A form that is sent twice acts once: by a second touch, a reload, a lost answer (R-CRM-7, R-ORDER-1, R-ORDER-4, R-ID-1)."""

from __future__ import annotations

import datetime
import re

import pytest
from django.conf import settings
from django.utils import timezone
from uuid_utils.compat import uuid7

from bookings.models import Booking
from crm import editing
from crm.models import Contact
from dashboard.models import SentForm
from orders.models import Order, Refund
from outreach.models import Message
from tests import parallel
from tests.dashboard import evening, forms
from tests.dashboard.counter import order, text_of
from tests.dashboard.letters import GIULIA, HELLO, agree
from tests.dashboard.test_pages import url
from tests.personas import Place

ORDER = {
    "kind": "takeaway", "channel": "order_phone", "last_name": "Rossi", "items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "0",
    "items-0-quantity": "1", "items-0-name": "Margherita", "items-0-price": "9.50",
}  # fmt: skip
BOOKING = {"party_size": "2", "date": "2026-12-24", "time": "20:00", "channel": "phone", "last_name": "Rossi"}


@pytest.fixture
def giulia(trattoria: Place) -> Contact:
    with trattoria.enter():
        return editing.add(GIULIA).contact


def number_on(place: Place, address: str) -> str:
    """The number of the form on a page."""
    page = place.signed_in().get(address).content.decode()
    (number,) = re.findall(r'name="form_number" value="([^"]+)"', page)
    return str(number)


def test_a_message_sent_twice_leaves_once(trattoria: Place, giulia: Contact) -> None:
    agree(trattoria, giulia)
    address, client = url(trattoria, "write", giulia.pk), trattoria.signed_in()
    values = {**HELLO, "venue": str(trattoria.venue.pk), "form_number": number_on(trattoria, address)}

    answers = [client.post(address, values) for _time in range(3)]

    assert {answer.headers["Location"] for answer in answers} == {
        f"{url(trattoria, 'contact', giulia.pk)}?tab=communications"
    }
    with trattoria.enter():
        assert Message.objects.filter(direction="out").count() == 1
    assert "This was sent already, so nothing was done a second time." in text_of(client.get(url(trattoria, "board")))


def test_a_form_that_was_refused_is_sent_again(trattoria: Place, giulia: Contact) -> None:
    address, client = url(trattoria, "write", giulia.pk), trattoria.signed_in()
    values = {**HELLO, "venue": str(trattoria.venue.pk), "form_number": str(uuid7())}
    assert client.post(address, values).status_code == 400
    agree(trattoria, giulia)

    assert client.post(address, values).status_code == 302

    with trattoria.enter():
        assert Message.objects.filter(direction="out").count() == 1


@pytest.mark.parametrize(("name", "values", "table"), [("order_new", ORDER, Order), ("booking_new", BOOKING, Booking)])
def test_an_order_and_a_booking_are_taken_once(
    trattoria: Place, name: str, values: dict[str, str], table: type[Order | Booking]
) -> None:
    address, client = url(trattoria, name), trattoria.signed_in()
    sent = {**values, "form_number": number_on(trattoria, address)}

    first, again = client.post(address, sent), client.post(address, sent)
    other = client.post(address, {**values, "form_number": number_on(trattoria, address)})

    assert (first.status_code, again.headers["Location"]) == (302, first.headers["Location"])
    assert other.status_code == 302
    with trattoria.enter():
        assert table.objects.count() == 2


def test_money_goes_back_once(trattoria: Place) -> None:
    with trattoria.enter():
        evening.sales_of(evening.board_of(trattoria))
    found = order(trattoria, "De Luca")
    address, client = url(trattoria, "order_refund", found.pk), trattoria.signed_in()
    values = {"amount_minor": "5.00", "form_number": number_on(trattoria, url(trattoria, "order", found.pk))}

    for _time in range(2):
        assert client.post(address, values).headers["Location"] == url(trattoria, "order", found.pk)

    with trattoria.enter():
        assert Refund.objects.filter(order=found).count() == 1


def test_the_number_of_another_tenants_form_means_nothing(trattoria: Place, bistro: Place) -> None:
    values = {**ORDER, "form_number": str(uuid7())}

    for place in (trattoria, bistro):
        assert place.signed_in().post(url(place, "order_new"), values).status_code == 302

    with bistro.enter():
        assert Order.objects.count() == 1


def test_numbers_are_forgotten_after_three_days(trattoria: Place) -> None:
    client, old = trattoria.signed_in(), {**ORDER, "form_number": str(uuid7())}
    client.post(url(trattoria, "order_new"), old)
    with trattoria.enter():
        SentForm.objects.update(created_at=timezone.now() - datetime.timedelta(days=3, minutes=1))

    client.post(url(trattoria, "order_new"), {**ORDER, "form_number": str(uuid7())})

    with trattoria.enter():
        assert [str(one.number) for one in SentForm.objects.all()] != [old["form_number"]]
        assert SentForm.objects.count() == 1


def test_four_processes_that_send_one_form_take_one_order(commits: None, trattoria: Place) -> None:
    session = trattoria.signed_in().cookies[settings.SESSION_COOKIE_NAME].value
    call = (session, url(trattoria, "order_new"), {**ORDER, "form_number": str(uuid7())})

    led_to = parallel.together(forms.send, [call] * 4, processes=4)

    assert set(led_to) == {url(trattoria, "orders")}
    with trattoria.enter():
        assert Order.objects.count() == 1
