"""The demo's present: some guests have come, some are due, one is late, a few wait in the queue, orders are being made."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from bookings import lifecycle
from bookings.models import BookingStatus
from config.demo import buying, dining
from config.demo.house import House, Patron
from orders import fulfilment
from orders.models import OrderStatus

IN_THE_KITCHEN = (OrderStatus.NEW, OrderStatus.ACCEPTED, OrderStatus.PREPARING, OrderStatus.READY)
LATE = datetime.timedelta(minutes=20)


def write(house: House, patrons: Sequence[Patron]) -> None:
    """Today's service of these guests, and the bookings of the days ahead."""
    for patron in patrons:
        _sit_down(patron, patron.moment(house.today))
    for patron in patrons[:6]:
        ahead = house.today + datetime.timedelta(days=patron.dice.randint(1, 12))
        dining.reserve(patron, patron.moment(ahead), received=house.now - datetime.timedelta(days=1))
    for minutes, patron in zip((18, 11, 4), patrons[-3:], strict=False):
        dining.wait(patron, house.now - datetime.timedelta(minutes=minutes))
    for minutes, status, patron in zip((3, 9, 16, 24), IN_THE_KITCHEN, patrons[6:], strict=False):
        _order(patron, status, house.now - datetime.timedelta(minutes=minutes))


def _sit_down(patron: Patron, starts_at: datetime.datetime) -> None:
    house = patron.house
    booking = dining.reserve(patron, starts_at, received=house.now - datetime.timedelta(days=2))
    if starts_at < house.now - LATE and patron.happens(0.8):
        lifecycle.set_status(booking, BookingStatus.ARRIVED, at=starts_at + datetime.timedelta(minutes=3))


def _order(patron: Patron, status: OrderStatus, at: datetime.datetime) -> None:
    order = buying.place(patron, at)
    if status != OrderStatus.NEW:
        fulfilment.set_status(order, OrderStatus.ACCEPTED, at=at + datetime.timedelta(minutes=1))
    if status not in (OrderStatus.NEW, OrderStatus.ACCEPTED):
        fulfilment.set_status(order, status, at=at + datetime.timedelta(minutes=2))
