"""What the made-up guests bought, where they logged in, what they thought: drawn apart, so that the guests stay the same."""

from __future__ import annotations

import datetime
import itertools
import random
from dataclasses import dataclass, field

from bench.people import SEED, TODAY, Person
from crm.channel import Channel


@dataclass(frozen=True, slots=True)
class Dish:
    name: str
    category: str
    price_minor: int


# The first is bought by every tenth, the last by a few of ten thousand.
ITEMS = [
    *(Dish(name, "Pizze", 900) for name in ("Margherita", "Diavola", "Capricciosa", "Quattro formaggi", "Marinara")),
    *(Dish(name, "Primi", 1300) for name in ("Cacio e pepe", "Tagliatelle al ragù", "Lasagne", "Risotto ai funghi")),
    *(Dish(name, "Secondi", 2100) for name in ("Branzino al forno", "Tagliata di manzo", "Saltimbocca")),
    *(Dish(name, "Dolci", 600) for name in ("Tiramisù", "Panna cotta", "Cannolo siciliano")),
    *(Dish(name, "Bevande", 400) for name in ("Acqua", "Birra", "Caffè", "Chinotto")),
    *(Dish(name, "Vini", 2600) for name in ("Vermentino", "Chianti", "Barolo")),
    Dish("Tartufo bianco", "Fuori carta", 6500),
]
ITEM_WEIGHTS = list(itertools.accumulate([*(1 / (rank + 3) for rank in range(len(ITEMS) - 1)), 0.0005]))
BY_WEB, BY_PHONE, AT_THE_TABLE = Channel.ORDER_WEB, Channel.ORDER_PHONE, Channel.SELF_ORDER
CHANNELS, CHANNEL_WEIGHTS = (BY_WEB, BY_PHONE, AT_THE_TABLE), (6, 3, 1)


@dataclass(slots=True)
class Purchase:
    """An order that was fulfilled or cancelled, or a receipt of the till (`channel` pos). Minor units."""

    venue: int
    day: datetime.date
    channel: str
    lines: list[tuple[Dish, int]]
    refunded_minor: int = 0
    is_cancelled: bool = False

    @property
    def is_receipt(self) -> bool:
        return self.channel == Channel.POS

    @property
    def total_minor(self) -> int:
        return sum(dish.price_minor * quantity for dish, quantity in self.lines)


@dataclass(slots=True)
class Opinion:
    venue: int
    day: datetime.date
    is_private: bool
    rating: int


@dataclass(slots=True)
class Habits:
    """What one guest did besides booking. `groups` and `follows` count the tenant's groups and venues."""

    purchases: list[Purchase] = field(default_factory=list)
    logins: list[tuple[int, datetime.date]] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    follows: list[int] = field(default_factory=list)
    is_blocked: bool = False


def of(person: Person, *, venues: int) -> Habits:
    """Two in three never ordered; who has eaten has now and then said what they thought."""
    dice = random.Random(SEED * 31 + person.number)
    since = person.first_contact_on
    return Habits(
        purchases=[_purchase(dice, since, venues) for _ in range(_count(dice, 0.35, most=40))],
        logins=[(_venue(dice, venues), _day(dice, since)) for _ in range(_count(dice, 0.12, most=10))],
        opinions=[_opinion(dice, since, venues) for _ in range(_count(dice, 0.1, most=8))],
        groups=[number for number, chance in enumerate(GROUP_CHANCES) if dice.random() < chance],
        follows=[0] if dice.random() < 0.03 else [],
        is_blocked=dice.random() < 0.0005,
    )


GROUP_CHANCES = (0.1, 0.002)


def _count(dice: random.Random, share: float, *, most: int) -> int:
    """So many of a hundred do it at all, most of them once."""
    return min(int(dice.paretovariate(1.3)), most) if dice.random() < share else 0


def _purchase(dice: random.Random, since: datetime.date, venues: int) -> Purchase:
    chosen = dict.fromkeys(dice.choices(ITEMS, cum_weights=ITEM_WEIGHTS, k=dice.randint(1, 4)))
    lines = [(dish, 1 + (dice.random() < 0.2)) for dish in chosen]
    is_receipt = dice.random() < 0.4
    channel = Channel.POS if is_receipt else dice.choices(CHANNELS, CHANNEL_WEIGHTS)[0]
    purchase = Purchase(_venue(dice, venues), _day(dice, since), channel, lines)
    if not is_receipt:
        purchase.is_cancelled = dice.random() < 0.05
        purchase.refunded_minor = purchase.total_minor // 3 if dice.random() < 0.02 and not purchase.is_cancelled else 0
    return purchase


def _opinion(dice: random.Random, since: datetime.date, venues: int) -> Opinion:
    rating = dice.choices((5, 4, 3, 2, 1), (50, 30, 10, 6, 4))[0]
    return Opinion(_venue(dice, venues), _day(dice, since), dice.random() < 0.8, rating)


def _venue(dice: random.Random, venues: int) -> int:
    return int(dice.random() * max(venues - 1, 1))


def _day(dice: random.Random, since: datetime.date) -> datetime.date:
    return since + datetime.timedelta(days=int(dice.random() * ((TODAY - since).days + 1)))
