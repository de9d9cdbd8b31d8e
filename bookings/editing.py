"""Editing a booking, and when an edit reaches the contact (R-WRITE-3, R-WRITE-4).

An edit of a booking whose status was final before it never does. Of an open one it does: a changed phone changes the
contact's phone, an e-mail can be added but not changed, and a key added to a booking without contact is an intake of
the guest the booking knows. Only what the edit changes is new: clients send the whole guest again, and what they repeat
is as old as the booking, so that what the contact was told on its own page since does not come back (R-WRITE-2).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from audit import recording
from audit.actions import Action
from bookings import lifecycle, locking
from bookings.models import Booking
from consent import recording as consent_recording
from crm import identity, intake
from crm.channel import Channel
from crm.identity import Book
from crm.intake import CrmSync, EmailLocked, Guest, Intake
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

    Raises intake.EmailInUse, EmailLocked, PhoneInUse when the guest data would make the contact somebody else.
    """
    keys = () if guest is None else identity.check(guest.email, guest.phone, booking.venue.country).keys
    booking, book = locking.lock_with_keys(booking, keys)
    before = _state(booking)
    sync, warnings = _sync(booking, None if guest is None else _Said.of(booking, guest, snapshot or {}), book)
    for name, value in changes.items():
        setattr(booking, name, value)
    if snapshot is not None:
        booking.guest = {**booking.guest, **snapshot}
    if booking.starts_at != before["starts_at"]:
        booking.service_date = booking.venue.local_day(booking.starts_at)
    old, new = recording.changed(before, _state(booking))
    if new:
        _save(booking, old, new)
    return Edited(booking, sync, warnings)


@dataclass(frozen=True, slots=True)
class _Said:
    """What an edit says of the guest: `news`, and what the booking has said `before`, without its keys."""

    news: Guest
    before: Guest

    @classmethod
    def of(cls, booking: Booking, guest: Guest, snapshot: Mapping[str, Any]) -> _Said:
        same = [name for name, value in snapshot.items() if booking.guest.get(name) == value]
        news = replace(guest, **{name: getattr(_NOTHING, name) for name in same})
        before = {name: getattr(guest, name) for name in same if name in intake.PROFILE_FIELDS}
        return cls(news, replace(_NOTHING, **before))


_NOTHING = Guest()


def _sync(booking: Booking, said: _Said | None, book: Book) -> tuple[CrmSync, list[IntakeWarning]]:
    """Carry the guest data to the contact where the rules let them through."""
    if booking.is_final:
        return CrmSync.SKIPPED_FINAL_STATUS, []
    if booking.contact is not None and not booking.contact.is_active:
        return CrmSync.SKIPPED_CONTACT_DELETED, []
    if said is None:
        return (CrmSync.NO_IDENTITY if booking.contact is None else CrmSync.UNCHANGED), []
    now = timezone.now()
    if booking.contact is None:
        intakes = [_intake(booking, _with_known(booking, said.news), now)]
    else:
        _check_email(booking, said.news, book)
        intakes = [_intake(booking, said.before, booking.created_at), _intake(booking, said.news, now)]
    *earlier, reception = intake.receive_many(intakes)
    booking.contact = reception.contact
    _consent(booking, reception, now)
    is_updated = any(one.crm_sync is CrmSync.UPDATED for one in earlier)
    return CrmSync.UPDATED if is_updated else reception.crm_sync, reception.warnings


def _intake(booking: Booking, guest: Guest, at: datetime.datetime) -> Intake:
    return Intake(guest, Channel(booking.channel), booking.venue, at, chosen=booking.contact_id)


def _with_known(booking: Booking, news: Guest) -> Guest:
    """With the names and the like that the booking was taken with; its old keys led to nobody and stay out."""
    known = {name: booking.guest.get(name, "") for name in intake.PROFILE_FIELDS if not getattr(news, name)}
    return replace(news, **known)


def _check_email(booking: Booking, news: Guest, book: Book) -> None:
    """Whoever else has the new e-mail: a contact that has one keeps it."""
    contact = booking.contact
    email = identity.check(news.email, "", booking.venue.country).e
    holder = book.by_email.get(email) if email else None
    if email and contact.email and email != contact.email and (holder is None or holder.pk != contact.pk):
        raise EmailLocked(field="guest.email")


def _consent(booking: Booking, reception: intake.Reception, now: datetime.datetime) -> None:
    """What the booking newly carries an address for: an unchanged one says nothing new (R-CONSENT-2)."""
    former = identity.check(booking.guest.get("email"), booking.guest.get("phone"), booking.venue.country)
    consent_recording.at_booking(
        venue=booking.venue,
        channel=Channel(booking.channel),
        email=None if reception.identity.e == former.e else reception.identity.e,
        phone=None if reception.identity.p == former.p else reception.identity.p,
        contact=reception.contact,
        opt_in=None,
        source_id=booking.pk,
        at=now,
    )


def _save(booking: Booking, old: dict[str, Any], new: dict[str, Any]) -> None:
    booking.version += 1
    booking.updated_at = timezone.now()
    booking.save(update_fields=[*EDITABLE, "guest", "contact", "service_date", "version", "updated_at"])
    lifecycle.follow(booking)
    recording.record(Action.BOOKING_UPDATED, booking, before=old, after=new, venue_id=booking.venue_id)


def _state(booking: Booking) -> dict[str, Any]:
    state = {name: getattr(booking, name) for name in (*EDITABLE, "guest")}
    return {**state, "contact": booking.contact_id}
