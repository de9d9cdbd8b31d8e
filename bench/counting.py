"""The statistics of the made-up guests, counted here as crm.statistics counts them; the rebuild in the run says whether so."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.habits import BY_PHONE, Habits, Opinion, Purchase
from bench.people import Person
from bookings.models import BookingStatus
from crm.statistics import AMOUNTS, COUNTS, FALL

CURRENCY = "EUR"


@dataclass(slots=True)
class Count:
    """What is counted of one guest, by venue and in all. `days` are those with a meal or a purchase."""

    venues: Sequence[str]
    by_venue: dict[str, dict[str, int]] = field(default_factory=dict)
    visited: set[tuple[int, datetime.date]] = field(default_factory=set)
    days: set[datetime.date] = field(default_factory=set)
    bought_on: list[datetime.date] = field(default_factory=list)

    def at(self, venue: int) -> dict[str, int]:
        return self.by_venue.setdefault(self.venues[venue], dict.fromkeys((*COUNTS, *AMOUNTS), 0))

    def visit(self, venue: int, day: datetime.date) -> None:
        if (venue, day) not in self.visited:
            self.visited.add((venue, day))
            self.at(venue)["visit_count"] += 1

    def sums(self, names: Sequence[str]) -> dict[str, int]:
        return {name: sum(own[name] for own in self.by_venue.values()) for name in names}


def row(person: Person, habits: Habits, venues: Sequence[str]) -> dict[str, Any]:
    """The columns of ContactStats, but for the keys."""
    count = Count(venues)
    for stay in person.stays:
        own = count.at(stay.venue)
        own["booking_count"] += 1
        if stay.status == BookingStatus.FINISHED:
            count.visit(stay.venue, stay.day)
            count.days.add(stay.day)
        else:
            own[f"{stay.status}_count"] += 1
    for purchase in habits.purchases:
        if not purchase.is_cancelled:
            _buy(count, purchase)
    for venue, day in habits.logins:
        count.visit(venue, day)
    last = {"last_visit_on": max(day for _venue, day in count.visited)} if count.visited else {}
    return {**count.sums(COUNTS), **last, **_money(count), **_thought(habits.opinions), **_rhythm(count.days)}


def _buy(count: Count, purchase: Purchase) -> None:
    own, spend = count.at(purchase.venue), purchase.total_minor - purchase.refunded_minor
    own["purchase_count"] += 1
    own["spend_minor"] += spend
    count.days.add(purchase.day)
    count.bought_on.append(purchase.day)
    if purchase.is_receipt:
        own["spend_pos_minor"] += spend
        return
    own["order_count"] += 1
    own["spend_phone_minor" if purchase.channel == BY_PHONE else "spend_web_minor"] += spend
    count.visit(purchase.venue, purchase.day)


def _money(count: Count) -> dict[str, Any]:
    by_venue = {
        venue: {name: own[name] for name in COUNTS}
        | {"spend": {CURRENCY: own["spend_minor"]} if own["purchase_count"] else {}}
        for venue, own in count.by_venue.items()
    }
    if not count.bought_on:
        return {"by_venue": by_venue}
    spent = count.sums(("purchase_count", *AMOUNTS))
    return {
        "by_venue": by_venue,
        "by_currency": {CURRENCY: spent},
        "currency": CURRENCY,
        "spend_minor": spent["spend_minor"],
        "average_ticket_minor": (2 * spent["spend_minor"] + spent["purchase_count"]) // (2 * spent["purchase_count"]),
        "last_purchase_on": max(count.bought_on),
    }


def _rhythm(days: set[datetime.date]) -> dict[str, Any]:
    if len(days) < 2:
        return {}
    return {"purchase_interval_days": (max(days) - min(days)).days / (len(days) - 1)}


def _thought(opinions: Sequence[Opinion]) -> dict[str, Any]:
    """The later of two on one day was written later: see bench.filling.Numbers."""
    private = [one.rating for one in sorted(opinions, key=_day) if one.is_private]
    google = [one.rating for one in sorted(opinions, key=_day) if not one.is_private]
    found: dict[str, Any] = {"google_rating": google[-1]} if google else {}
    if private:
        found |= {"review_count": len(private), "review_average": sum(private) / len(private)}
    if len(private) > 1:
        found["is_rating_falling"] = private[-1] <= sum(private[:-1]) / (len(private) - 1) - FALL
    return found


def _day(opinion: Opinion) -> datetime.date:
    return opinion.day
