"""When a no-show may be offered, what was left open, and what an undo goes back to (R-SERVICE-1)."""

from __future__ import annotations

import datetime
from uuid import UUID

import pytest

from bookings import service_day
from bookings.models import Booking, BookingKind, BookingStatus
from tenants.models import Venue

NOBODY = UUID(int=0)
VENUE = Venue(
    tenant_id=NOBODY, name="Centro", timezone="Europe/Rome", day_starts_at=datetime.time(5), no_show_grace_minutes=15
)
START = datetime.datetime(2026, 11, 22, 20, 0, tzinfo=VENUE.zone)


def a_booking(status: str = BookingStatus.CONFIRMED, kind: str = BookingKind.RESERVATION) -> Booking:
    return Booking(tenant_id=NOBODY, kind=kind, status=status, starts_at=START, service_date=START.date(), party_size=2)


@pytest.mark.parametrize(("minutes", "is_offered"), [(-60, False), (0, False), (14, False), (15, True), (120, True)])
def test_a_no_show_is_offered_after_the_start_and_the_grace_period(minutes: int, is_offered: bool) -> None:
    now = START + datetime.timedelta(minutes=minutes)

    assert service_day.may_be_no_show(a_booking(), VENUE, now) is is_offered


@pytest.mark.parametrize("status", [BookingStatus.ARRIVED, BookingStatus.FINISHED, BookingStatus.CANCELLED])
def test_who_is_settled_is_no_no_show(status: str) -> None:
    assert not service_day.may_be_no_show(a_booking(status), VENUE, START + datetime.timedelta(hours=1))


def test_who_queues_is_no_no_show() -> None:
    queued = a_booking(BookingStatus.QUEUED, BookingKind.QUEUE)

    assert not service_day.may_be_no_show(queued, VENUE, START + datetime.timedelta(hours=1))


@pytest.mark.parametrize(("hours", "is_left"), [(0, False), (1.9, False), (2, True), (12, True)])
def test_an_open_booking_is_left_open_once_its_time_is_long_past(hours: float, is_left: bool) -> None:
    assert service_day.is_left_open(a_booking(), VENUE, START + datetime.timedelta(hours=hours)) is is_left


def test_the_night_belongs_to_the_evening_before() -> None:
    late = a_booking()
    late.starts_at = START.replace(hour=23, minute=30)

    assert not service_day.is_left_open(late, VENUE, START.replace(hour=23, minute=59) + datetime.timedelta(minutes=30))


def test_nothing_settled_is_left_open() -> None:
    assert not service_day.is_left_open(a_booking(BookingStatus.NO_SHOW), VENUE, START + datetime.timedelta(days=2))


@pytest.mark.parametrize(
    ("kind", "status", "before"),
    [
        (BookingKind.RESERVATION, BookingStatus.ARRIVED, BookingStatus.CONFIRMED),
        (BookingKind.RESERVATION, BookingStatus.FINISHED, BookingStatus.ARRIVED),
        (BookingKind.RESERVATION, BookingStatus.NO_SHOW, BookingStatus.CONFIRMED),
        (BookingKind.RESERVATION, BookingStatus.CONFIRMED, None),
        (BookingKind.QUEUE, BookingStatus.ARRIVED, BookingStatus.QUEUED),
        (BookingKind.QUEUE, BookingStatus.CANCELLED, BookingStatus.QUEUED),
        (BookingKind.WALK_IN, BookingStatus.ARRIVED, None),
        (BookingKind.WALK_IN, BookingStatus.CANCELLED, BookingStatus.ARRIVED),
    ],
)
def test_an_undo_goes_one_step_back(kind: str, status: str, before: str | None) -> None:
    assert service_day.status_before(a_booking(status, kind)) == before
