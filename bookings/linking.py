"""Linking a booking to another contact, final ones too: its visit moves along (R-WRITE-4, R-VISIT-3)."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from audit import recording
from audit.actions import Action
from bookings import lifecycle, locking
from bookings.models import Booking
from crm import statistics
from crm.intake import UnknownContact
from crm.models import Contact, ContactState


def link(booking: Booking, contact_id: UUID | None) -> Booking:
    """Give the booking to this contact, or to nobody. Raises UnknownContact for an id that is no active contact."""
    booking = locking.lock(booking, *([contact_id] if contact_id else []))
    if booking.contact_id == contact_id:
        return booking
    former = booking.contact_id
    booking.contact = _active(contact_id)
    booking.version += 1
    booking.updated_at = timezone.now()
    booking.save(update_fields=["contact", "version", "updated_at"])
    lifecycle.follow(booking)
    if former is not None:
        statistics.refresh(former)
    recording.record(
        Action.BOOKING_LINKED,
        booking,
        before={"contact": str(former) if former else None},
        after={"contact": str(contact_id) if contact_id else None},
        venue_id=booking.venue_id,
    )
    return booking


def _active(contact_id: UUID | None) -> Contact | None:
    if contact_id is None:
        return None
    contact: Contact | None = Contact.objects.filter(pk=contact_id, state=ContactState.ACTIVE).first()
    if contact is None:
        raise UnknownContact(field="contact")
    return contact
