"""Linking a booking to another contact, final ones too: its visit and its review move along (R-WRITE-4, R-VISIT-3)."""

from __future__ import annotations

from uuid import UUID

from audit.actions import Action
from bookings import lifecycle
from bookings.models import Booking
from crm import fact_linking, reviewing
from crm.reviewing import OfBooking


def link(booking: Booking, contact_id: UUID | None) -> Booking:
    """Give the booking to this contact, or to nobody. Raises UnknownContact for an id that is no active contact."""
    return fact_linking.link(
        booking, contact_id, action=Action.BOOKING_LINKED, follow=lifecycle.follow, carry=_carry_reviews
    )


def _carry_reviews(booking: Booking, former: UUID | None) -> None:
    reviewing.carry(OfBooking(booking.pk, former), booking.contact_id)
