"""What the demo's guests thought: mostly good things, now and then a bad evening, some of it on Google."""

from __future__ import annotations

import datetime

from bookings.models import Booking
from config.demo.house import Patron
from crm import reviewing
from crm.models import ReviewSource
from crm.reviewing import OfBooking, Opinion

RATINGS = {5: 46, 4: 32, 3: 12, 2: 6, 1: 4}
TEXTS = {
    5: ("Wonderful evening, thank you!", "The best ragù in town.", ""),
    4: ("Very good, a little loud.", "We'll be back.", ""),
    3: ("Good food, slow service.", ""),
    2: ("We waited fifty minutes for the pizza.", ""),
    1: ("Cold food, and nobody listened.", ""),
}


def tell(patron: Patron, booking: Booking, *, at: datetime.datetime) -> None:
    """An opinion of a booking's evening, private ones three times out of four."""
    rating = patron.dice.choices(list(RATINGS), list(RATINGS.values()))[0]
    is_private = patron.happens(0.75)
    opinion = Opinion(
        venue=booking.venue,
        source=ReviewSource.PRIVATE if is_private else ReviewSource.GOOGLE,
        rating=rating,
        reviewed_at=min(at, patron.house.now),
        text=patron.dice.choice(TEXTS[rating]),
        external_id="" if is_private else patron.paper(),
        booking=OfBooking(booking.pk, booking.contact_id),
    )
    reviewing.record(opinion, at=min(at, patron.house.now))
