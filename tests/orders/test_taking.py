"""Taking orders (R-ORDER-1, R-ID-1, R-WRITE-2): once for ever per external id, and as old as they were placed."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from consent.models import ConsentEntry
from crm import editing as contact_editing
from crm.channel import Channel
from crm.event_time import InFuture
from crm.models import Contact, ContactStats, Visit
from orders.currency import OtherCurrency
from orders.models import Order, OrderLine
from orders.totals import Amounts, Item, Tax, TotalMismatch
from staff.places import UnknownCurrency
from tests import parallel
from tests.orders import racing
from tests.orders.tables import ANNA, BEER, PIZZA, costing, stats, take
from tests.personas import Place

DAY = datetime.timedelta(days=1)


def test_an_order_is_kept_with_its_lines_and_counts_for_nothing_before_it_is_fulfilled(inside: Place) -> None:
    taken = take(inside)

    lines = OrderLine.objects.order_by("position").values_list("position", "name", "quantity", "unit_price_minor")
    assert list(lines) == [(0, "Pizza Margherita", 2, 850), (1, "Birra", 1, 500)]
    assert taken.order.guest == ANNA
    own = stats(taken.contact)
    assert (own.order_count, own.purchase_count, own.spend_minor, own.visit_count) == (0, 0, 0, 0)
    assert not Visit.objects.exists()


def test_an_order_older_than_the_contacts_last_change_does_not_overwrite_it(inside: Place) -> None:
    contact = take(inside).contact
    assert contact is not None
    contact_editing.edit(contact, {"city": "Roma", "last_name": "Bianchi"})

    late = take(inside, guest={**ANNA, "city": "Napoli"}, placed_at=timezone.now() - DAY)

    contact = Contact.objects.get()
    assert late.order.contact_id == contact.pk
    assert (contact.last_name, contact.city) == ("Bianchi", "Roma")
    assert late.order.guest["city"] == "Napoli"


def test_the_first_contact_is_the_day_of_the_earliest_order_and_the_first_channel_stays(inside: Place) -> None:
    take(inside, channel=Channel.ORDER_PHONE)
    take(inside, channel=Channel.POS, placed_at=datetime.datetime(2025, 3, 1, 23, 30, tzinfo=datetime.UTC))

    contact = Contact.objects.get()
    assert contact.first_contact_on == datetime.date(2025, 3, 2)
    assert (contact.first_channel, contact.last_channel) == ("order_phone", "order_phone")


def test_what_consent_says_of_an_order_is_dated_by_its_placing(inside: Place) -> None:
    placed_at = timezone.now() - 30 * DAY

    taken = take(inside, channel=Channel.ORDER_PHONE, placed_at=placed_at)

    entries = ConsentEntry.objects.values_list("source", "source_id", "event", "at")
    assert set(entries) == {("order", taken.order.pk, "others_booked", placed_at)}


def test_the_audit_names_the_order_and_no_guest(inside: Place) -> None:
    order = take(inside).order

    entry = AuditEntry.objects.get(action="order_created")
    assert (entry.object_id, entry.venue_id) == (order.pk, inside.venue.pk)
    assert entry.after == {"kind": "takeaway", "channel": "staff", "status": "new", "total_minor": 2200}


@pytest.mark.parametrize(
    ("amounts", "difference"),
    [
        (Amounts((PIZZA, BEER), 2200), 0),
        (Amounts((PIZZA, BEER), 2199), -1),
        (Amounts((PIZZA, BEER), 2000, discount_minor=200), 0),
        (Amounts((PIZZA, BEER), 2200, tip_minor=500), 0),
        (Amounts((PIZZA, BEER), 2700, tip_minor=500), 500),
        (
            Amounts(
                (PIZZA, BEER), 2420, taxes=(Tax("GST", 110, is_included=False), Tax("QST", 110, is_included=False))
            ),
            0,
        ),
        (Amounts((PIZZA, BEER), 2420, taxes=(Tax("IVA", 220, is_included=True),)), 220),
        (Amounts((Item("Water", 3, 0),), 0), 0),
    ],
)
def test_the_total_is_items_less_discount_plus_taxes_on_top(inside: Place, amounts: Amounts, difference: int) -> None:
    if not difference:
        assert take(inside, amounts=amounts).order.total_minor == amounts.total_minor
        return
    with pytest.raises(TotalMismatch) as refused:
        take(inside, amounts=amounts)

    assert refused.value.extra["difference_minor"] == difference
    assert not Order.objects.exists()
    assert not Contact.objects.exists()


def test_an_order_of_the_future_is_refused_but_for_a_clock_a_little_ahead(inside: Place) -> None:
    now = timezone.now()

    assert take(inside, placed_at=now + datetime.timedelta(minutes=4)).order.placed_at <= timezone.now()
    with pytest.raises(InFuture):
        take(inside, placed_at=now + datetime.timedelta(minutes=6))


@pytest.mark.parametrize(("currency", "refusal"), [("USD", OtherCurrency), ("XYZ", UnknownCurrency)])
def test_amounts_are_in_the_currency_of_the_venue(inside: Place, currency: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        take(inside, currency=currency)

    assert not Order.objects.exists()


def test_processes_with_one_external_id_make_one_order(commits: None, trattoria: Place) -> None:
    call = (str(trattoria.id), str(trattoria.venue.pk), "A1")

    answers = parallel.together(racing.take_and_fulfil, [call] * 16, processes=4)

    assert answers.count(True) == 1
    with trattoria.enter():
        assert Order.objects.count() == OrderLine.objects.count() == Visit.objects.count() == 1
        assert ContactStats.objects.values_list("order_count", "spend_minor", "visit_count").get() == (1, 1000, 1)


def test_processes_with_orders_of_one_guest_count_each_once(commits: None, trattoria: Place) -> None:
    calls = [(str(trattoria.id), str(trattoria.venue.pk), f"A{number}") for number in range(16)]

    parallel.together(racing.take_and_fulfil, calls, processes=4)

    with trattoria.enter():
        assert Contact.objects.count() == 1
        assert ContactStats.objects.values_list("order_count", "spend_minor", "visit_count").get() == (16, 16000, 1)


def test_one_item_may_cost_a_lot_and_the_sum_still_fits(inside: Place) -> None:
    assert take(inside, amounts=costing(10**12)).order.total_minor == 10**12
