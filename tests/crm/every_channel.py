"""Visits, spend and counters in sixty lines and without a database: what R-VISIT-1 to 5, R-CRM-2 and R-ORDER-4 say."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Place:
    """A venue: its zone, the hour its day begins, its currency."""

    zone: str
    border: int
    currency: str

    def day(self, at: datetime.datetime) -> datetime.date:
        wall = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return (wall - datetime.timedelta(hours=self.border)).date()


@dataclass(eq=False)
class Somebody:
    email: str
    is_active: bool = True
    pk: Any = None


@dataclass(eq=False)
class Happening:
    """A booking, an order, a WiFi login or a receipt; amounts in minor units. `at` is when it counts."""

    kind: str
    place: Place
    at: datetime.datetime
    guest: Somebody | None
    status: str = ""
    total: int = 0
    refunded: int = 0
    is_voided: bool = False
    order: Happening | None = None
    pk: Any = None

    @property
    def is_visit(self) -> bool:
        came = {"booking": self.status in ("arrived", "finished"), "order": self.status == "fulfilled"}
        return came.get(self.kind, self.kind == "wifi")

    @property
    def is_purchase(self) -> bool:
        bought = {"order": self.status == "fulfilled", "receipt": not (self.is_voided or self.is_of_a_fulfilled_order)}
        return bought.get(self.kind, False)

    @property
    def is_of_a_fulfilled_order(self) -> bool:
        """A refunded order was one, too."""
        return self.order is not None and self.order.status in ("fulfilled", "refunded")

    @property
    def day(self) -> datetime.date:
        return self.place.day(self.at)


@dataclass
class Model:
    guests: list[Somebody] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)

    def who(self, email: str) -> Somebody | None:
        """The active guest of this e-mail, made when there is none; nobody without one."""
        if not email:
            return None
        known = next((one for one in self.guests if one.is_active and one.email == email), None)
        if known is None:
            self.guests.append(known := Somebody(email))
        return known

    def visits(self, guest: Somebody) -> dict[tuple[Place, datetime.date], set[tuple[str, Any]]]:
        """The days at each place, each with its sources."""
        days = defaultdict(set)
        for one in self.happenings:
            if one.guest is guest and one.is_visit:
                days[one.place, one.day].add((one.kind, one.pk))
        return dict(days)

    def figures(self, guest: Somebody) -> dict[str, Any]:
        own = [one for one in self.happenings if one.guest is guest]
        visits, bought = self.visits(guest), [one for one in own if one.is_purchase]
        spend: dict[str, int] = defaultdict(int)
        last: dict[str, datetime.date] = {}
        for one in bought:
            spend[one.place.currency] += one.total - one.refunded
            last[one.place.currency] = max(one.day, last.get(one.place.currency, one.day))
        main = min(last, key=lambda one: (-last[one].toordinal(), one), default="")
        count = sum(one.place.currency == main for one in bought)
        dealt = sorted({one.day for one in own if one.is_purchase or (one.is_visit and one.kind != "wifi")})
        return {
            "visit_count": len(visits),
            "last_visit_on": max((day for _place, day in visits), default=datetime.date.min),
            "booking_count": sum(one.kind == "booking" for one in own),
            "cancelled_count": sum(one.kind == "booking" and one.status == "cancelled" for one in own),
            "no_show_count": sum(one.status == "no_show" for one in own),
            "order_count": sum(one.kind == "order" and one.is_purchase for one in own),
            "purchase_count": len(bought),
            "currency": main,
            "spend_minor": spend[main] if main else 0,
            "average_ticket_minor": (2 * spend[main] + count) // (2 * count) if main else 0,
            "last_purchase_on": max(last.values(), default=datetime.date.min),
            "purchase_interval_days": (dealt[-1] - dealt[0]).days / (len(dealt) - 1) if len(dealt) > 1 else None,
        }
