"""A booking that is arrived or finished is a visit on its scheduled day; any other is none (R-VISIT-1, R-VISIT-3)."""

from __future__ import annotations

from bookings.models import PRESENT, Booking
from crm import visits
from crm.models import VisitSourceKind


def count(booking: Booking) -> None:
    """Make the visits say what the booking's status, day and contact say. The caller has locked the contact."""
    if booking.status in PRESENT and booking.contact is not None:
        visits.record(
            booking.contact,
            booking.venue,
            local_date=booking.service_date,
            kind=VisitSourceKind.BOOKING,
            source_id=booking.pk,
            at=booking.arrived_at or booking.starts_at,
        )
    else:
        visits.withdraw(kind=VisitSourceKind.BOOKING, source_id=booking.pk)
