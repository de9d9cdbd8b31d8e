"""A booking's status. Any may follow any other, since mistakes happen; the visits follow (R-VISIT-3, API.md Conventions)."""

from __future__ import annotations

import datetime

from django.utils import timezone

from audit import recording
from audit.actions import Action
from bookings import presence
from bookings.models import PRESENT, Booking, BookingStatus
from crm import fact_locking, statistics
from tenants import scope


def set_status(booking: Booking, status: BookingStatus, *, at: datetime.datetime | None = None) -> Booking:
    """Give the booking a status; `at` is the time of the tap. The same status again changes nothing.

    Locks the contact, then the booking. Visits and statistics follow in the same transaction.
    """
    booking = fact_locking.lock(booking)
    if booking.status == status:
        return booking
    at = at or timezone.now()
    before = booking.status
    booking.status = status
    booking.status_at = at
    booking.status_by = scope.actor().label
    booking.arrived_at = _arrival(booking, before, at)
    booking.version += 1
    booking.updated_at = timezone.now()
    booking.save(update_fields=["status", "status_at", "status_by", "arrived_at", "version", "updated_at"])
    follow(booking)
    recording.record(
        Action.BOOKING_STATUS_CHANGED,
        booking,
        before={"status": before},
        after={"status": status, "at": at},
        venue_id=booking.venue_id,
    )
    return booking


def follow(booking: Booking) -> None:
    """Let visits and statistics follow a booking that changed. The contact is locked."""
    presence.count(booking)
    if booking.contact_id is not None:
        statistics.refresh(booking.contact_id)


def _arrival(booking: Booking, before: str, at: datetime.datetime) -> datetime.datetime | None:
    """When the guests came: a finished booking that is taken back to arrived did not arrive anew."""
    if booking.status not in PRESENT:
        return None
    return booking.arrived_at if before in PRESENT and booking.arrived_at else at
