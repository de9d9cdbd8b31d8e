"""Orders by period and status, as the address says it (R-CRM-3): on the orders page and on a contact's card."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from orders.models import Order, OrderStatus
from tenants.models import Venue

# From so many days ago to so many days ago, both included.
PERIODS: dict[str, tuple[str | Promise, int, int]] = {
    "today": (gettext_lazy("Today"), 0, 0),
    "yesterday": (gettext_lazy("Yesterday"), 1, 1),
    "week": (gettext_lazy("Last 7 days"), 6, 0),
    "month": (gettext_lazy("Last 30 days"), 29, 0),
    "year": (gettext_lazy("Last 12 months"), 364, 0),
}
ANY_PERIOD = pgettext_lazy("period", "Any time")
ANY_STATUS = pgettext_lazy("status", "Any status")
NAMES = ("period", "from", "until", "status")


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """`since` and `until` are days of the venue, both included. A period that is named wins over dates."""

    period: str
    since: datetime.date | None
    until: datetime.date | None
    status: str

    @classmethod
    def read(cls, query: QueryDict, *, today: datetime.date) -> OrderFilters:
        """Whatever is not understood filters nothing."""
        status = query.get("status", "")
        status = status if status in OrderStatus.values else ""
        period = query.get("period", "")
        if period in PERIODS:
            _label, first, last = PERIODS[period]
            day = datetime.timedelta(days=1)
            return cls(period, today - first * day, today - last * day, status)
        return cls("", _date(query.get("from")), _date(query.get("until")), status)

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.status)

    def apply(self, orders: QuerySet[Order], venue: Venue) -> QuerySet[Order]:
        """By the time they were placed, in the venue's days."""
        wanted: dict[str, Any] = {}
        if self.since:
            wanted["placed_at__gte"] = begins(venue, self.since)
        if self.until:
            wanted["placed_at__lt"] = begins(venue, self.until + datetime.timedelta(days=1))
        if self.status:
            wanted["status"] = self.status
        return orders.filter(**wanted)

    def query(self) -> dict[str, str]:
        """These filters as a part of an address."""
        dates = {} if self.period else {"from": self.since, "until": self.until}
        said = {"period": self.period, "status": self.status, **dates}
        return {name: str(value) for name, value in said.items() if value}


def begins(venue: Venue, day: datetime.date) -> datetime.datetime:
    """The instant at which the venue's day begins (R-VISIT-2)."""
    return datetime.datetime.combine(day, venue.day_starts_at, tzinfo=venue.zone)


def period_choices() -> list[tuple[str, str | Promise]]:
    return [("", ANY_PERIOD), *((key, label) for key, (label, _first, _last) in PERIODS.items())]


def status_choices() -> list[tuple[str, str | Promise]]:
    return [("", ANY_STATUS), *((one.value, one.label) for one in OrderStatus)]


def _date(text: str | None) -> datetime.date | None:
    """The calendar's ends overflow in other zones."""
    try:
        day = datetime.date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None
