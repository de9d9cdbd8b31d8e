"""Locks of a booking and its contacts, in the one order: contacts by id, then the booking."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from bookings.models import Booking
from crm.models import Contact


def lock(booking: Booking, *also: UUID) -> Booking:
    """Lock the booking's contact, the contacts named, then the booking; return it as it is now.

    A booking that moved to another contact in between is read again with that contact locked; the savepoint lets go of
    the booking before, since locking a contact after it would break the order.
    """
    contact_id = booking.contact_id
    while True:
        with transaction.atomic():
            fresh = _lock(booking, {pk for pk in (contact_id, *also) if pk is not None})
            if fresh.contact_id == contact_id:
                return fresh
            transaction.set_rollback(True)
        contact_id = fresh.contact_id


def _lock(booking: Booking, contact_ids: set[UUID]) -> Booking:
    contacts = Contact.objects.filter(pk__in=contact_ids).order_by("pk")
    list(contacts.select_for_update(no_key=True).values_list("pk"))
    bookings = Booking.objects.select_related("venue", "contact")
    fresh: Booking = bookings.select_for_update(of=("self",), no_key=True).get(pk=booking.pk)
    return fresh
