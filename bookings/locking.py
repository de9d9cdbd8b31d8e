"""Locks of a booking and its contacts, in the one order: keys, contacts by id, then the booking.

A booking that moved to another contact before it was locked is read again with that contact locked. The savepoint lets go
of everything before, since locking a contact after a booking, or after a later contact, would break the order.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from bookings.models import Booking
from crm import identity
from crm.identity import Book


def lock(booking: Booking, *also: UUID) -> Booking:
    """Lock the booking's contact, the contacts named, then the booking; return it as it is now."""
    return lock_with_keys(booking, (), *also)[0]


def lock_with_keys(booking: Booking, keys: Iterable[str], *also: UUID) -> tuple[Booking, Book]:
    """The same with the holders of these keys; the book tells who they are."""
    keys, contact_id = list(keys), booking.contact_id
    while True:
        with transaction.atomic():
            book = identity.open_book(keys, {pk for pk in (contact_id, *also) if pk is not None})
            fresh = _lock(booking)
            if fresh.contact_id == contact_id:
                return fresh, book
            transaction.set_rollback(True)
        contact_id = fresh.contact_id


def _lock(booking: Booking) -> Booking:
    bookings = Booking.objects.select_related("venue", "contact")
    fresh: Booking = bookings.select_for_update(of=("self",), no_key=True).get(pk=booking.pk)
    return fresh
