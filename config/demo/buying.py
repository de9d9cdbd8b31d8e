"""The demo's sales: orders to take away, to deliver and at the table, refunds, and receipts of the till."""

from __future__ import annotations

import datetime
from dataclasses import replace

from config.demo import menu
from config.demo.house import House, Patron
from crm.channel import Channel
from crm.guest_data import Guest
from orders import fulfilment, receiving, refunding, taking
from orders.models import Order, OrderKind, OrderStatus
from orders.totals import Amounts, Item
from tenants.models import Venue

KINDS = {OrderKind.TAKEAWAY: 45, OrderKind.DELIVERY: 40, OrderKind.VOUCHER: 5, OrderKind.BOX: 10}
CHANNELS = {Channel.ORDER_WEB: 65, Channel.ORDER_PHONE: 35}
OUTCOMES = {OrderStatus.FULFILLED: 92, OrderStatus.CANCELLED: 5, OrderStatus.REJECTED: 3}
ON_ITS_WAY = datetime.timedelta(minutes=40)


def ordered(patron: Patron, day: datetime.date) -> None:
    """A past order and how it ended; some have a receipt of the till as well, which is the same purchase."""
    order = place(patron, patron.moment(day))
    outcome = patron.dice.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
    order = fulfilment.set_status(order, outcome, at=order.placed_at + ON_ITS_WAY)
    if outcome != OrderStatus.FULFILLED:
        return
    if patron.happens(0.2):
        pay_order(patron, order)
    if patron.happens(0.06):
        _give_back(patron, order)


def ordered_at_the_table(patron: Patron, day: datetime.date) -> None:
    """A past self-order; nobody leaves without what was ordered."""
    items = menu.basket(patron.dice, menu.AT_THE_TABLE, guests=patron.dice.randint(1, 4))
    draft = _draft(patron, OrderKind.SELF_ORDER, Channel.SELF_ORDER, menu.bill(items), patron.moment(day))
    order = taking.take(draft, at=draft.placed_at).order
    fulfilment.set_status(order, OrderStatus.FULFILLED, at=order.placed_at + ON_ITS_WAY)


def paid_at_the_till(patron: Patron, day: datetime.date) -> None:
    pay(patron, patron.venue(), patron.moment(day), guests=patron.dice.randint(1, 4))


def place(patron: Patron, at: datetime.datetime) -> Order:
    """An order that is new as of `at`."""
    kind = patron.dice.choices(list(KINDS), list(KINDS.values()))[0]
    channel = patron.dice.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    tip = 200 if kind == OrderKind.DELIVERY and patron.happens(0.3) else 0
    draft = _draft(patron, kind, channel, menu.bill(_items(patron, kind), tip_minor=tip), at)
    return taking.take(draft, at=at).order


def pay(patron: Patron, venue: Venue, at: datetime.datetime, *, guests: int) -> None:
    """A receipt for what was eaten, of the guest whose data the till has."""
    items = menu.basket(patron.dice, menu.AT_THE_TABLE, guests=guests)
    tip = 100 * patron.dice.choice((0, 0, 0, 2, 5))
    draft = _receipt(venue, items, min(at, patron.house.now), paper=patron.paper(), tip_minor=tip)
    receiving.receive(replace(draft, guest=patron.guest, snapshot=patron.snapshot), at=draft.closed_at)


def pay_order(patron: Patron, order: Order) -> None:
    """The till's receipt of an order: kept with it."""
    items = tuple(
        Item(line.name, line.quantity, line.unit_price_minor, line.category)
        for line in order.lines.order_by("position")
    )
    draft = _receipt(order.venue, items, order.placed_at, paper=patron.paper())
    receiving.receive(replace(draft, order=order.pk), at=order.placed_at)


def pay_unnamed(house: House, number: int) -> None:
    """A receipt of nobody in particular: a coffee at the bar."""
    dice = house.dice(f"unnamed {number}")
    patron = Patron(number, Guest(), house, dice)
    at = patron.moment(house.today - datetime.timedelta(days=dice.randint(1, house.days)))
    items = menu.basket(dice, {"Bevande": 3, "Dolci": 1}, guests=1)
    receiving.receive(_receipt(house.venues[0], items, at, paper=f"bar-{number}"), at=at)


def _items(patron: Patron, kind: OrderKind) -> tuple[Item, ...]:
    if kind == OrderKind.VOUCHER:
        return (Item("Buono regalo", 1, patron.dice.choice((5000, 10000)), "Buoni"),)
    if kind == OrderKind.BOX:
        name = patron.dice.choice(list(menu.BOXES))
        return (Item(name, 1, menu.BOXES[name], "Box"),)
    return menu.basket(patron.dice, menu.TO_TAKE_AWAY, guests=patron.dice.randint(1, 4))


def _draft(patron: Patron, kind: OrderKind, channel: Channel, amounts: Amounts, at: datetime.datetime) -> taking.Draft:
    venue = patron.venue()
    is_guests_act = channel != Channel.ORDER_PHONE
    return taking.Draft(
        venue=venue,
        kind=kind,
        channel=channel,
        amounts=amounts,
        currency=venue.currency,
        placed_at=at,
        guest=patron.guest,
        snapshot=patron.snapshot,
        opt_in=patron.box("newsletter-2026") if is_guests_act else None,
    )


def _receipt(
    venue: Venue, items: tuple[Item, ...], closed_at: datetime.datetime, *, paper: str, tip_minor: int = 0
) -> receiving.Draft:
    bill = menu.bill(items, tip_minor=tip_minor)
    return receiving.Draft(
        venue=venue,
        closed_at=closed_at,
        lines=menu.lines_of(items),
        taxes=[{"name": tax.name, "amount_minor": tax.amount_minor} for tax in bill.taxes],
        tip_minor=tip_minor,
        net_minor=bill.total_minor - menu.vat_of(bill.total_minor),
        total_minor=bill.total_minor,
        currency=venue.currency,
        provider="till",
        external_id=paper,
    )


def _give_back(patron: Patron, order: Order) -> None:
    """All of it or a part."""
    amount = order.total_minor if patron.happens(0.4) else order.total_minor // 3
    refunding.refund(order, amount, reason="Arrived cold", at=order.placed_at + datetime.timedelta(hours=2))
