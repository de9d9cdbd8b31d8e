"""What fulfilled orders add to a contact's statistics (R-CRM-2)."""

from __future__ import annotations

import datetime

import pytest

from crm import figures
from crm.channel import Channel
from crm.models import NEVER
from orders import fulfilment, refunding
from orders.models import OrderStatus
from orders.totals import Amounts, Tax
from tests.orders.tables import PIZZA, costing, fulfilled, stats, take
from tests.personas import Place

EVENING = datetime.datetime(2026, 11, 20, 19, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def test_spend_is_with_tax_without_tips_and_less_refunds(inside: Place) -> None:
    amounts = Amounts((PIZZA,), 1770, taxes=(Tax("IVA", 170, is_included=False),), discount_minor=100, tip_minor=400)
    order = fulfilled(inside, amounts=amounts)

    assert stats(order.contact).spend_minor == 1770
    refunding.refund(order, 770)
    assert stats(order.contact).spend_minor == 1000


def test_only_fulfilled_orders_count(inside: Place) -> None:
    order = fulfilled(inside)
    take(inside)
    fulfilment.set_status(take(inside).order, OrderStatus.CANCELLED)

    own = stats(order.contact)
    assert (own.order_count, own.purchase_count, own.spend_minor) == (1, 1, 2200)


def test_ticket_interval_and_last_purchase_are_of_the_days_of_fulfilment(inside: Place) -> None:
    for days, cost in ((0, 1000), (0, 1001), (4, 3000), (10, 999)):
        contact = fulfilled(inside, amounts=costing(cost), at=EVENING + days * DAY, placed_at=EVENING).contact

    own = stats(contact)
    assert (own.order_count, own.spend_minor, own.average_ticket_minor) == (4, 6000, 1500)
    assert (own.last_purchase_on, own.purchase_interval_days) == (datetime.date(2026, 11, 30), 5.0)


def test_a_contact_without_purchase_has_counts_of_zero_and_no_amounts(inside: Place) -> None:
    own = stats(take(inside).contact)

    assert (own.order_count, own.last_purchase_on) == (0, NEVER)
    told = figures.of(own)
    assert (told.spend_total_minor, told.average_ticket_minor, told.last_purchase_on, told.currency) == (None,) * 4


@pytest.mark.parametrize(
    ("channel", "source"),
    [
        (Channel.ORDER_WEB, "web"),
        (Channel.SELF_ORDER, "web"),
        (Channel.API, "web"),
        (Channel.ORDER_PHONE, "phone"),
        (Channel.STAFF, "phone"),
        (Channel.POS, "pos"),
    ],
)
def test_spend_is_told_by_where_it_was_made(inside: Place, channel: Channel, source: str) -> None:
    order = fulfilled(inside, channel=channel)

    [told] = figures.spend(stats(order.contact))
    assert told.by_source == {"web": 0, "phone": 0, "pos": 0, source: 2200}
    assert (told.currency, told.total_minor, told.purchase_count) == ("EUR", 2200, 1)


def test_amounts_are_never_added_across_currencies(inside: Place) -> None:
    mare = inside.venues[1]
    mare.currency = "CHF"
    mare.save(update_fields=["currency"])
    fulfilled(inside, at=EVENING + DAY)
    contact = fulfilled(inside, venue=mare, amounts=costing(5000), at=EVENING).contact

    own = stats(contact)
    assert (own.currency, own.spend_minor, own.order_count) == ("EUR", 2200, 2)
    assert [(told.currency, told.total_minor) for told in figures.spend(own)] == [("EUR", 2200), ("CHF", 5000)]


def test_a_split_by_venue_is_kept(inside: Place) -> None:
    fulfilled(inside)
    contact = fulfilled(inside, venue=inside.venues[1], amounts=costing(5000)).contact

    by_venue = stats(contact).by_venue
    told = [(own["order_count"], own["spend"]) for own in (by_venue[str(venue.pk)] for venue in inside.venues)]
    assert told == [(1, {"EUR": 2200}), (1, {"EUR": 5000})]
