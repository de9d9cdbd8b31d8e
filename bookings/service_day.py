"""The day's service (R-SERVICE-1): whose it is, when a no-show may be offered, and what was left open.

Nothing turns no-show by itself: it is offered after the start plus the venue's grace period, and what nobody settled is
listed when the day is closed. Source: ours.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Count, QuerySet

from bookings.models import OPEN, Booking, BookingKind, BookingStatus
from tenants.models import Venue

# A guest who is two hours late will not come any more, or nobody has touched the tablet: time to settle it.
LEFT_OPEN_AFTER = datetime.timedelta(hours=2)
# So long today's board reminds of an earlier day that nobody closed.
REMINDED_FOR = datetime.timedelta(days=7)


def bookings_of(venue: Venue, on: datetime.date) -> QuerySet[Booking, Any]:
    """Everything on the venue's day, in the order of the evening."""
    return Booking.objects.filter(venue=venue, service_date=on).order_by("starts_at", "id")


def may_be_no_show(booking: Booking, venue: Venue, now: datetime.datetime) -> bool:
    """Whether a no-show may be offered: a reservation, still open, past its start and the grace period."""
    grace = datetime.timedelta(minutes=venue.no_show_grace_minutes)
    is_waited_for = booking.kind == BookingKind.RESERVATION and booking.status in OPEN
    return is_waited_for and now >= booking.starts_at + grace


def is_left_open(booking: Booking, venue: Venue, now: datetime.datetime) -> bool:
    """Whether a booking should have been settled by now: its day is over, or its start is long past."""
    if booking.status not in OPEN:
        return False
    return booking.service_date < venue.local_day(now) or now >= booking.starts_at + LEFT_OPEN_AFTER


def left_open_before(venue: Venue, today: datetime.date) -> tuple[datetime.date, int] | None:
    """The latest earlier day with bookings left open, and how many: nobody opens yesterday's board to look for them."""
    earlier = Booking.objects.filter(venue=venue, service_date__lt=today, service_date__gte=today - REMINDED_FOR)
    days = earlier.filter(status__in=OPEN).order_by("-service_date").values_list("service_date")
    latest: tuple[datetime.date, int] | None = days.annotate(Count("id")).first()
    return latest


def status_before(booking: Booking) -> BookingStatus | None:
    """The status an undo goes back to; None where there is nothing to undo."""
    if booking.status in OPEN:
        return None
    if booking.status == BookingStatus.FINISHED:
        return BookingStatus.ARRIVED
    first = {BookingKind.RESERVATION: BookingStatus.CONFIRMED, BookingKind.QUEUE: BookingStatus.QUEUED}
    before = first.get(BookingKind(booking.kind), BookingStatus.ARRIVED)
    return None if before == booking.status else before
