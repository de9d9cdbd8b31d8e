"""Editing a booking: its own fields, and the guest data on it, which crm.fact_editing carries on (R-WRITE-3, R-WRITE-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from audit import recording
from audit.actions import Action
from bookings import lifecycle
from bookings.models import Booking
from consent import recording as consent_recording
from consent.models import Source
from crm import fact_editing, reviewing
from crm.guest_data import CrmSync, Guest
from crm.reviewing import OfBooking
from crm.warnings import IntakeWarning

EDITABLE = ("starts_at", "party_size", "notes", "table", "occasion", "is_late")


@dataclass(frozen=True, slots=True)
class Edited:
    booking: Booking
    crm_sync: CrmSync
    warnings: list[IntakeWarning]


def edit(
    booking: Booking,
    changes: Mapping[str, Any],
    *,
    guest: Guest | None = None,
    snapshot: Mapping[str, Any] | None = None,
) -> Edited:
    """Change a booking's own fields and, with `guest`, the guest data on it (`snapshot` as they came).

    Raises guest_data.EmailInUse, EmailLocked, PhoneInUse when the guest data would make the contact somebody else.
    """
    booking, book = fact_editing.lock(booking, guest)
    before, now = _state(booking), timezone.now()
    carried = fact_editing.carry(booking, guest, snapshot or {}, book=book, told_at=booking.created_at, at=now)
    if carried.reception is not None:
        consent_recording.at_edit(booking, carried.reception, source=Source.BOOKING, at=now)
    for name, value in changes.items():
        setattr(booking, name, value)
    if snapshot is not None:
        booking.guest = {**booking.guest, **snapshot}
    if booking.starts_at != before["starts_at"]:
        booking.service_date = booking.venue.local_day(booking.starts_at)
    old, new = recording.changed(before, _state(booking))
    if new:
        _save(booking, old, new, former=before["contact"])
    return Edited(booking, carried.crm_sync, carried.warnings)


def _save(booking: Booking, old: dict[str, Any], new: dict[str, Any], *, former: UUID | None) -> None:
    booking.version += 1
    booking.updated_at = timezone.now()
    booking.save(update_fields=[*EDITABLE, "guest", "contact", "service_date", "version", "updated_at"])
    if booking.contact_id != former:
        reviewing.carry(OfBooking(booking.pk, former), booking.contact_id)
    lifecycle.follow(booking)
    recording.record(Action.BOOKING_UPDATED, booking, before=old, after=new, venue_id=booking.venue_id)


def _state(booking: Booking) -> dict[str, Any]:
    state = {name: getattr(booking, name) for name in (*EDITABLE, "guest")}
    return {**state, "contact": booking.contact_id}
