"""The demo's past: what happened between the house and each guest over the years, by every channel, in order of time."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

from config.demo import buying, dining, reaching
from config.demo.house import House, Patron
from crm import intake
from crm.channel import Channel
from crm.guest_data import Intake

# How often each thing happens, in a hundred.
HAPPENINGS: dict[Callable[[Patron, datetime.date], None], int] = {
    dining.booked: 37,
    dining.walked_in: 7,
    dining.queued: 4,
    buying.ordered: 22,
    buying.ordered_at_the_table: 6,
    buying.paid_at_the_till: 6,
    reaching.logged_in: 8,
    reaching.signed_up: 3,
    reaching.asked: 3,
    reaching.followed: 4,
}
# Regulars come often, most come once or twice, some only stand in the old guest book.
HOW_OFTEN = {0: 12, 1: 38, 2: 24, 4: 16, 9: 8, 25: 2}
# For so many guests there is one receipt and one follower of nobody in particular.
GUESTS_PER_STRANGER = 10


def write(patrons: Sequence[Patron]) -> None:
    """The past of these guests, who are new."""
    often = {patron.number: patron.dice.choices(list(HOW_OFTEN), list(HOW_OFTEN.values()))[0] for patron in patrons}
    _copy_guest_book([patron for patron in patrons if not often[patron.number]])
    for patron in patrons:
        _live(patron, often[patron.number])


def write_unnamed(house: House, numbers: range) -> None:
    """What strangers did while these guests came."""
    for number in numbers[::GUESTS_PER_STRANGER]:
        buying.pay_unnamed(house, number)
        reaching.follow_unnamed(house, number)


def _copy_guest_book(patrons: Sequence[Patron]) -> None:
    """Those whom staff entered by hand, all at once."""
    intake.receive_many(
        [
            Intake(one.guest, Channel.MANUAL, one.house.venues[0], one.moment(_some_day(one, one.house.days)))
            for one in patrons
        ]
    )


def _live(patron: Patron, often: int) -> None:
    since = patron.dice.randint(1, patron.house.days)
    days = sorted(_some_day(patron, since) for _time in range(often))
    for day in days:
        happens = patron.dice.choices(list(HAPPENINGS), list(HAPPENINGS.values()))[0]
        happens(patron, day)


def _some_day(patron: Patron, most_days_ago: int) -> datetime.date:
    return patron.house.today - datetime.timedelta(days=patron.dice.randint(1, most_days_ago))
