"""What the day's board shows (R-SERVICE-1): rows that state their status and time, the queue, the totals, the "now" line.

Only reading and wording: what may be done with a booking is decided in bookings.service_day.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from bookings import service_day
from bookings.models import OPEN, PRESENT, Booking, BookingKind, BookingStatus
from dashboard import board_row, special_days
from dashboard.board_row import BoardRow, Step
from tenants.models import Venue

NOT_COMING = frozenset({BookingStatus.CANCELLED, BookingStatus.NO_SHOW, BookingStatus.REJECTED})


@dataclass(frozen=True, slots=True)
class NowLine:
    is_now: ClassVar[bool] = True
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Row(BoardRow[Booking]):
    """One booking as its row in `dashboard/board/row.html` reads it."""

    is_now: ClassVar[bool] = False

    @property
    def on(self) -> datetime.date:
        return self.fact.service_date

    @property
    def id_text(self) -> str:
        return str(self.fact.pk)

    @property
    def time(self) -> datetime.datetime:
        return self.fact.starts_at.astimezone(self.venue.zone)

    @property
    def status_by(self) -> str:
        return self.fact.status_by

    @property
    def party_size(self) -> int:
        return self.fact.party_size

    @property
    def phone(self) -> str:
        return self.known.contact.phone if self.known else self.fact.guest.get("phone", "")

    @property
    def table(self) -> str:
        return self.fact.table

    @property
    def occasion(self) -> str:
        return self.fact.occasion

    @property
    def visit_number(self) -> int | None:
        """Which visit this is, counting it: 1 for a first booking. The imported baseline counts too."""
        if self.known is None or self.is_off:
            return None
        had = self.known.contact.stats.visit_count + self.known.contact.imported_visit_count
        return had if self.fact.status in PRESENT else had + 1

    @property
    def no_show_count(self) -> int:
        return self.known.contact.stats.no_show_count if self.known else 0

    @property
    def no_show_rate(self) -> float | None:
        return self.known.no_show_rate if self.known else None

    @property
    def special_day(self) -> str:
        return special_days.near(self.known.contact, self.fact.service_date) if self.known else ""

    @property
    def is_off(self) -> bool:
        return self.fact.status in NOT_COMING

    @property
    def is_late(self) -> bool:
        return self.fact.is_late and self.fact.status in OPEN

    @property
    def is_provisional(self) -> bool:
        return self.fact.status == BookingStatus.REQUESTED

    @property
    def waited(self) -> int:
        """Minutes in the queue so far."""
        return max(0, int((self.now - self.fact.starts_at).total_seconds() // 60))

    @property
    def next_status(self) -> Step | None:
        said = {"name": self.name}
        if self.fact.status in OPEN:
            return Step(BookingStatus.ARRIVED, _("Mark arrived"), _("%(name)s: arrived.") % said)
        if self.fact.status == BookingStatus.ARRIVED:
            return Step(BookingStatus.FINISHED, _("Mark finished"), _("%(name)s: finished.") % said)
        return None

    @property
    def undo_status(self) -> str:
        return service_day.status_before(self.fact) or ""

    @property
    def can_no_show(self) -> bool:
        return service_day.may_be_no_show(self.fact, self.venue, self.now)

    @property
    def can_be_late(self) -> bool:
        return self.fact.kind == BookingKind.RESERVATION and self.fact.status in OPEN

    @property
    def can_confirm(self) -> bool:
        return self.is_provisional

    @property
    def can_cancel(self) -> bool:
        return self.fact.status in OPEN or self.fact.status == BookingStatus.ARRIVED

    @property
    def can_resize(self) -> bool:
        return self.fact.status in OPEN or self.fact.status == BookingStatus.ARRIVED


@dataclass(frozen=True, slots=True)
class Day:
    venue: Venue
    on: datetime.date
    now: datetime.datetime
    everything: list[Row]
    left_open_before: tuple[datetime.date, int] | None = None

    @property
    def today(self) -> datetime.date:
        return self.venue.local_day(self.now)

    @property
    def is_today(self) -> bool:
        return self.on == self.today

    @property
    def previous_on(self) -> datetime.date:
        return self.on - datetime.timedelta(days=1)

    @property
    def next_on(self) -> datetime.date:
        return self.on + datetime.timedelta(days=1)

    @property
    def queue(self) -> list[Row]:
        return [row for row in self.everything if row.status == BookingStatus.QUEUED]

    @property
    def rows(self) -> list[Row | NowLine]:
        """The bookings by time, with the "now" line between past and coming rows on the day that runs."""
        rows: list[Row | NowLine] = [row for row in self.everything if row.status != BookingStatus.QUEUED]
        if self.is_today and rows:
            place = sum(1 for row in rows if isinstance(row, Row) and row.fact.starts_at <= self.now)
            rows.insert(place, NowLine(self.now.astimezone(self.venue.zone)))
        return rows

    @property
    def open_rows(self) -> list[Row]:
        return [row for row in self.everything if service_day.is_left_open(row.fact, self.venue, self.now)]

    @property
    def open_count(self) -> int:
        return len(self.open_rows)

    @property
    def settled_count(self) -> int:
        return sum(row.is_settled for row in self.everything)

    @property
    def settled_guests(self) -> int:
        return sum(row.party_size for row in self.everything if row.is_settled)

    @property
    def totals(self) -> dict[str, int]:
        """Guests, not tables; the queue in parties."""
        queue = self.queue
        return {
            "booked": self._guests(lambda row: not row.is_off and row.status != BookingStatus.QUEUED),
            "arrived": self._guests(lambda row: row.status in PRESENT),
            "to_come": self._guests(lambda row: row.status in OPEN and row.status != BookingStatus.QUEUED),
            "no_shows": self._guests(lambda row: row.status == BookingStatus.NO_SHOW),
            "queue_count": len(queue),
            "longest_wait": max((row.waited for row in queue), default=0),
        }

    def _guests(self, wanted: Any) -> int:
        return sum(row.party_size for row in self.everything if wanted(row))


def of(venue: Venue, on: datetime.date, *, now: datetime.datetime) -> Day:
    """The venue's day, read in six queries whatever its length. Today's tells of an earlier day left open, too."""
    bookings = list(service_day.bookings_of(venue, on).select_related("contact__stats"))
    known = board_row.known_guests(booking.contact for booking in bookings if booking.contact is not None)
    rows = [Row(one, venue, now, known.get(one.contact_id) if one.contact_id else None) for one in bookings]
    today = venue.local_day(now)
    return Day(venue, on, now, rows, service_day.left_open_before(venue, today) if on == today else None)
