"""A contact's statistics as they are read: null where there is no data, 0 only where something was counted (R-CRM-2)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.models import NEVER, ContactStats

SOURCES = ("web", "phone", "pos")


@dataclass(frozen=True, slots=True)
class Spend:
    """What was spent in one currency, in minor units, and where: app and web, phone, the till."""

    currency: str
    total_minor: int
    purchase_count: int
    by_source: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures that may be absent. Amounts are minor units of `currency`, the one of the latest purchase."""

    currency: str | None
    spend_total_minor: int | None
    average_ticket_minor: int | None
    purchase_interval_days: float | None
    last_purchase_on: datetime.date | None
    last_visit_on: datetime.date | None
    review_average: float | None
    google_rating: int | None


def of(stats: ContactStats) -> Figures:
    has_spent = bool(stats.currency)
    interval, average = stats.purchase_interval_days, stats.review_average
    return Figures(
        currency=stats.currency or None,
        spend_total_minor=stats.spend_minor if has_spent else None,
        average_ticket_minor=stats.average_ticket_minor if has_spent and stats.purchase_count else None,
        purchase_interval_days=None if interval is None else round(interval, 1),
        last_purchase_on=_day(stats.last_purchase_on),
        last_visit_on=_day(stats.last_visit_on),
        review_average=None if average is None else round(average, 2),
        google_rating=stats.google_rating,
    )


def spend(stats: ContactStats) -> list[Spend]:
    """What was spent in each currency, the one of the latest purchase first."""
    first = stats.currency
    return [
        _spend(currency, own)
        for currency, own in sorted(stats.by_currency.items(), key=lambda one: (one[0] != first, one[0]))
    ]


def _spend(currency: str, own: Mapping[str, Any]) -> Spend:
    by_source = {source: own.get(f"spend_{source}_minor", 0) for source in SOURCES}
    return Spend(currency, own.get("spend_minor", 0), own.get("purchase_count", 0), by_source)


def _day(day: datetime.date) -> datetime.date | None:
    return None if day == NEVER else day
