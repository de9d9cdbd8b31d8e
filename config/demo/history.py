"""The demo's past and present: bookings of the last months, what became of them, and today's service."""

from __future__ import annotations

import datetime
import random
from dataclasses import asdict, dataclass

from django.utils import timezone

from bookings import lifecycle, taking
from bookings.models import Booking, BookingKind, BookingStatus
from consent.recording import OptIn
from crm.channel import Channel
from crm.intake import Guest
from tenants.models import Venue

OCCASIONS = ("", "", "", "", "Birthday", "Anniversary", "Business lunch")
NOTES = ("", "", "", "The corner table, please", "One high chair", "By the window", "Arrives by bike")
OUTCOMES = {BookingStatus.FINISHED: 82, BookingStatus.CANCELLED: 10, BookingStatus.NO_SHOW: 8}
SLOTS = ((12, 30), (13, 0), (13, 30), (19, 0), (19, 30), (20, 0), (20, 30), (21, 0), (21, 30))
CHANNELS = (Channel.WEB, Channel.WEB, Channel.PHONE, Channel.STAFF, Channel.GOOGLE, Channel.THIRD_PARTY)


@dataclass(frozen=True, slots=True)
class House:
    """Where and when the demo takes place."""

    venues: list[Venue]
    now: datetime.datetime
    dice: random.Random


def write_past(house: House, guests: list[Guest], *, days: int) -> None:
    """Past bookings, a few for each guest: regulars come often, most come once or twice."""
    for guest in guests:
        for _visit in range(house.dice.choices((1, 2, 4, 9), (50, 30, 14, 6))[0]):
            ago = datetime.timedelta(days=house.dice.randint(1, days))
            _past_booking(house, guest, house.now - ago)


def _past_booking(house: House, guest: Guest, day: datetime.datetime) -> None:
    starts_at = _slot(house, day.date())
    booking = _take(house, guest, starts_at, received=starts_at - datetime.timedelta(days=house.dice.randint(0, 9)))
    outcome = house.dice.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
    _settle(booking, outcome, starts_at)


def _settle(booking: Booking, outcome: BookingStatus, starts_at: datetime.datetime) -> None:
    if outcome == BookingStatus.FINISHED:
        booking = lifecycle.set_status(booking, BookingStatus.ARRIVED, at=starts_at + datetime.timedelta(minutes=4))
    lifecycle.set_status(booking, outcome, at=starts_at + datetime.timedelta(hours=2))


def write_today(house: House, guests: list[Guest]) -> None:
    """Today's service: some have come, some are due, one is late, a few wait in the queue; and the days ahead."""
    today = timezone.localdate(house.now, house.venues[0].zone)
    for guest in guests:
        starts_at = _slot(house, today)
        booking = _take(house, guest, starts_at, received=house.now - datetime.timedelta(days=2))
        if starts_at < house.now - datetime.timedelta(minutes=20) and house.dice.random() < 0.8:
            lifecycle.set_status(booking, BookingStatus.ARRIVED, at=starts_at + datetime.timedelta(minutes=3))
    for guest in guests[:6]:
        ahead = today + datetime.timedelta(days=house.dice.randint(1, 12))
        _take(house, guest, _slot(house, ahead), received=house.now - datetime.timedelta(days=1))
    for minutes, guest in zip((18, 11, 4), guests[-3:], strict=False):
        _queue(house, guest, house.now - datetime.timedelta(minutes=minutes))


def _take(house: House, guest: Guest, starts_at: datetime.datetime, *, received: datetime.datetime) -> Booking:
    channel = house.dice.choice(CHANNELS)
    draft = taking.Draft(
        venue=house.dice.choices(house.venues, [3] + [1] * (len(house.venues) - 1))[0],
        kind=BookingKind.RESERVATION,
        channel=channel,
        opt_in=_box(house) if channel == Channel.WEB else None,
        party_size=house.dice.choices((2, 3, 4, 5, 6, 8), (48, 14, 22, 6, 7, 3))[0],
        starts_at=starts_at,
        guest=guest,
        snapshot=_snapshot(guest),
        notes=house.dice.choice(NOTES),
        occasion=house.dice.choice(OCCASIONS),
    )
    return taking.take(draft, at=min(received, house.now)).booking


def _box(house: House) -> OptIn:
    """The newsletter's box on the booking page: half of the guests tick it."""
    return OptIn(email=house.dice.random() < 0.5, wording="newsletter-2026", language="it")


def _queue(house: House, guest: Guest, since: datetime.datetime) -> None:
    draft = taking.Draft(
        venue=house.venues[0],
        kind=BookingKind.QUEUE,
        channel=Channel.QUEUE,
        party_size=house.dice.randint(2, 4),
        starts_at=since,
        guest=guest,
        snapshot=_snapshot(guest),
    )
    taking.take(draft, at=since)


def _snapshot(guest: Guest) -> dict[str, str]:
    return {name: value for name, value in asdict(guest).items() if value}


def _slot(house: House, day: datetime.date) -> datetime.datetime:
    hour, minute = house.dice.choice(SLOTS)
    return datetime.datetime.combine(day, datetime.time(hour, minute), tzinfo=house.venues[0].zone)
