"""Locks of a booking and its contacts, in the one order: contacts by id, then the booking."""

from __future__ import annotations

from uuid import UUID

from bookings.models import Booking
from crm.models import Contact


def lock(booking: Booking, *also: UUID) -> Booking:
    """Lock the booking's contact, the contacts named, then the booking; return it as it is now.

    A booking that moved to another contact in between is read again with that contact locked.
    """
    contact_id = booking.contact_id
    while True:
        ids = sorted({pk for pk in (contact_id, *also) if pk is not None})
        list(Contact.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk").values_list("pk"))
        fresh: Booking = (
            Booking.objects.select_related("venue", "contact")
            .select_for_update(of=("self",), no_key=True)
            .get(pk=booking.pk)
        )
        if fresh.contact_id == contact_id:
            return fresh
        contact_id = fresh.contact_id
