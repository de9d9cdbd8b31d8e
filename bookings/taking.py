"""Taking a booking: the guest into the list, the booking with its own snapshot (R-ID-1, R-ID-8, R-WRITE-2).

A walk-in is created arrived and counts at once; a queue entry waits (R-VISIT-1). Both need only the party size.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from audit import recording
from audit.actions import Action
from audit.models import AuditEntry
from bookings import presence
from bookings.models import PRESENT, Booking, BookingKind, BookingStatus
from consent import recording as consent_recording
from consent import suppression
from consent.models import Source
from consent.recording import OptIn
from crm import identity, intake, statistics
from crm.channel import Channel
from crm.guest_data import CrmSync, Guest, Intake, Reception
from crm.models import Contact
from crm.warnings import IntakeWarning
from tenants import rows, scope
from tenants.models import Venue

FIRST_STATUS = {
    BookingKind.RESERVATION: BookingStatus.CONFIRMED,
    BookingKind.WALK_IN: BookingStatus.ARRIVED,
    BookingKind.QUEUE: BookingStatus.QUEUED,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A booking as it was asked for. `snapshot` holds the guest data exactly as they came; `contact` was chosen by staff."""

    venue: Venue
    kind: BookingKind
    channel: Channel
    party_size: int
    starts_at: datetime.datetime | None = None
    guest: Guest = field(default_factory=Guest)
    snapshot: dict[str, Any] = field(default_factory=dict)
    contact: UUID | None = None
    opt_in: OptIn | None = None
    notes: str = ""
    table: str = ""
    occasion: str = ""
    provider: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it. `is_new` is false when the external id was known: then nothing changed."""

    booking: Booking
    crm_sync: CrmSync
    warnings: list[IntakeWarning]
    is_new: bool = True

    @property
    def contact(self) -> Contact | None:
        contact: Contact | None = self.booking.contact
        return contact


def take(draft: Draft, *, at: datetime.datetime | None = None) -> Taken:
    """Take a booking, received `at` (now by default). Raises what crm.intake.receive raises for a contact that staff chose."""
    known = _known(draft)
    if known is not None:
        return Taken(known, CrmSync.UNCHANGED, [], is_new=False)
    now = at or timezone.now()
    with rows.together():
        coming = Intake(draft.guest, draft.channel, draft.venue, now, chosen=draft.contact, brings={"booking_count": 1})
        reception = intake.receive(coming, suppression.STANDING)
        booking = _booking(draft, reception.contact, now)
        rows.insert([booking], [_entry(booking)])
        if reception.contact is not None:
            _record_consent(draft, reception, booking)
    if reception.contact is not None and (booking.status in PRESENT or not reception.is_new):
        if booking.status in PRESENT:
            presence.count(booking)
        statistics.refresh(reception.contact.pk)
    return Taken(booking, reception.crm_sync, reception.warnings)


def _known(draft: Draft) -> Booking | None:
    """The booking this external id already made; its lock keeps two parallel posts from both making one."""
    if not draft.external_id:
        return None
    identity.lock_keys([f"booking:{draft.venue.pk}:{draft.provider}:{draft.external_id}"])
    bookings = Booking.objects.select_related("contact")
    return bookings.filter(venue=draft.venue, provider=draft.provider, external_id=draft.external_id).first()


def _booking(draft: Draft, contact: Contact | None, now: datetime.datetime) -> Booking:
    starts_at = draft.starts_at or now
    status = FIRST_STATUS[draft.kind]
    return Booking(
        venue=draft.venue,
        contact=contact,
        kind=draft.kind,
        channel=draft.channel,
        status=status,
        starts_at=starts_at,
        service_date=draft.venue.local_day(starts_at),
        party_size=draft.party_size,
        notes=draft.notes,
        table=draft.table,
        occasion=draft.occasion,
        provider=draft.provider,
        external_id=draft.external_id,
        guest=draft.snapshot,
        arrived_at=starts_at if status == BookingStatus.ARRIVED else None,
        status_at=now,
        status_by=scope.actor().label,
        created_at=now,
        updated_at=now,
    )


def _entry(booking: Booking) -> AuditEntry:
    after = {"kind": booking.kind, "channel": booking.channel, "status": booking.status}
    return recording.entry(recording.Event(Action.BOOKING_CREATED, booking, after=after, venue_id=booking.venue_id))


def _record_consent(draft: Draft, reception: Reception, booking: Booking) -> None:
    consent_recording.at_intake(
        source=Source.BOOKING,
        venue=draft.venue,
        channel=draft.channel,
        reception=reception,
        opt_in=draft.opt_in,
        source_id=booking.pk,
        at=booking.created_at,
    )
