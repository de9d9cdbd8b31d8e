"""The demo's tables: bookings by every channel, walk-ins and the queue, what became of them, and what guests thought."""

from __future__ import annotations

import datetime

from bookings import lifecycle, taking
from bookings.models import Booking, BookingKind, BookingStatus
from config.demo import buying, opinions
from config.demo.house import Patron
from crm.channel import Channel

OCCASIONS = ("", "", "", "", "Birthday", "Anniversary", "Business lunch")
NOTES = ("", "", "", "The corner table, please", "One high chair", "By the window", "Arrives by bike")
OUTCOMES = {BookingStatus.FINISHED: 84, BookingStatus.CANCELLED: 9, BookingStatus.NO_SHOW: 7}
CHANNELS = (Channel.WEB, Channel.WEB, Channel.PHONE, Channel.STAFF, Channel.GOOGLE, Channel.THIRD_PARTY)
PROVIDERS = {Channel.GOOGLE: "google", Channel.THIRD_PARTY: "thefork"}


def booked(patron: Patron, day: datetime.date) -> None:
    """A past booking and how it ended; who was there may have left a receipt and an opinion."""
    starts_at = patron.moment(day)
    booking = reserve(patron, starts_at, received=starts_at - datetime.timedelta(days=patron.dice.randint(0, 9)))
    outcome = patron.dice.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
    # The house taps once, when it clears the table.
    lifecycle.set_status(booking, outcome, at=starts_at + datetime.timedelta(minutes=95))
    if outcome == BookingStatus.FINISHED:
        _after_the_meal(patron, booking)


def walked_in(patron: Patron, day: datetime.date) -> None:
    at = patron.moment(day)
    booking = taking.take(_draft(patron, BookingKind.WALK_IN, Channel.WALK_IN, at), at=at).booking
    _after_the_meal(patron, booking)


def queued(patron: Patron, day: datetime.date) -> None:
    """A past entry of the queue: most waited, some went elsewhere."""
    entry = wait(patron, patron.moment(day))
    has_waited = patron.happens(0.8)
    outcome = BookingStatus.ARRIVED if has_waited else BookingStatus.CANCELLED
    lifecycle.set_status(entry, outcome, at=entry.starts_at + datetime.timedelta(minutes=25))


def reserve(patron: Patron, starts_at: datetime.datetime, *, received: datetime.datetime) -> Booking:
    """A booking that is still to come as of `received`."""
    draft = _draft(patron, BookingKind.RESERVATION, patron.dice.choice(CHANNELS), starts_at)
    return taking.take(draft, at=min(received, patron.house.now)).booking


def wait(patron: Patron, since: datetime.datetime) -> Booking:
    return taking.take(_draft(patron, BookingKind.QUEUE, Channel.QUEUE, since), at=since).booking


def _draft(patron: Patron, kind: BookingKind, channel: Channel, starts_at: datetime.datetime) -> taking.Draft:
    provider = PROVIDERS.get(channel, "")
    return taking.Draft(
        venue=patron.venue() if kind == BookingKind.RESERVATION else patron.house.venues[0],
        kind=kind,
        channel=channel,
        opt_in=patron.box("newsletter-2026") if channel == Channel.WEB else None,
        party_size=patron.dice.choices((2, 3, 4, 5, 6, 8), (48, 14, 22, 6, 7, 3))[0],
        starts_at=starts_at,
        guest=patron.guest,
        snapshot=patron.snapshot,
        notes=patron.dice.choice(NOTES),
        occasion=patron.dice.choice(OCCASIONS),
        provider=provider,
        external_id=patron.paper() if provider else "",
    )


def _after_the_meal(patron: Patron, booking: Booking) -> None:
    left_at = booking.starts_at + datetime.timedelta(minutes=100)
    if patron.happens(0.35):
        buying.pay(patron, booking.venue, left_at, guests=booking.party_size)
    if patron.happens(0.2):
        opinions.tell(patron, booking, at=left_at + datetime.timedelta(hours=14))
