"""Where and when the demo takes place, and one guest of it with dice of their own, so that each seed makes one history."""

from __future__ import annotations

import datetime
import random
from dataclasses import asdict, dataclass

from consent.recording import OptIn
from crm.guest_data import Guest
from tenants.models import Venue

MEALS = ((12, 30), (13, 0), (13, 30), (19, 0), (19, 30), (20, 0), (20, 30), (21, 0), (21, 30))


@dataclass(frozen=True, slots=True)
class House:
    """The first venue is the busy one. `days` is how far back its history goes."""

    venues: list[Venue]
    now: datetime.datetime
    days: int
    seed: int

    @property
    def today(self) -> datetime.date:
        return self.venues[0].local_day(self.now)

    def dice(self, purpose: str) -> random.Random:
        """The same throws whenever the same is asked for; who throws how often for one purpose changes no other."""
        return random.Random(f"{self.seed} {purpose}")  # noqa: S311 - invented guests, no secret


@dataclass(slots=True)
class Patron:
    """A guest as the demo knows them, in the past or today: `when`. `papers` counts what bears an external id."""

    number: int
    guest: Guest
    house: House
    dice: random.Random
    when: str = "past"
    papers: int = 0

    @property
    def snapshot(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self.guest).items() if value}

    def venue(self) -> Venue:
        """The busy one three times out of four."""
        return self.dice.choices(self.house.venues, [3] + [1] * (len(self.house.venues) - 1))[0]

    def paper(self) -> str:
        """The next number on a paper of this guest: an external id."""
        self.papers += 1
        return f"{self.when}-{self.number}-{self.papers}"

    def moment(self, day: datetime.date) -> datetime.datetime:
        """A meal's time on that day."""
        hour, minute = self.dice.choice(MEALS)
        return datetime.datetime.combine(day, datetime.time(hour, minute), tzinfo=self.house.venues[0].zone)

    def box(self, wording: str) -> OptIn:
        """The newsletter's box: half of the guests tick it."""
        return OptIn(email=self.dice.random() < 0.5, wording=wording, language="it")

    def happens(self, chance: float) -> bool:
        return self.dice.random() < chance
