"""An anonymous user of the app registers or logs in (R-CRM-8, R-CRM-9; source M).

Whoever asks must own the e-mail: a trusted key vouches for it, or a mailed code proves it (outreach.confirming). Then a
guest whom nobody knows keeps the anonymous row, which becomes a registered contact; for one who is known, the row is merged
into the known contact. Who is known is told by R-ID-2; a code proves the e-mail alone, so that then a phone decides nothing.
To register and to log in are one act: an app knows no better than we do whether a person was here before.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import identity, intake, merging
from crm.channel import Channel
from crm.editing import IdentifierNeeded, InvalidEmail, InvalidPhone
from crm.guest_data import CrmSync, Guest, Intake
from crm.identity import Book, Identity
from crm.models import Contact, ContactKind
from crm.warnings import IntakeWarning
from outreach import following
from outreach.models import Follower
from tenants.refusal import Refusal


class RegistrationStatus(models.TextChoices):
    REGISTERED = "registered", _("registered")
    MERGED = "merged", _("merged into a known contact")
    PENDING_CONFIRMATION = "pending_confirmation", _("waiting for the code")


class AlreadyRegistered(Refusal):
    code = "already_registered"
    status = 409
    default_message = _("This user of the app is a known guest already.")


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of the user: `follower.contact` is the registered contact."""

    follower: Follower
    status: RegistrationStatus
    crm_sync: CrmSync
    warnings: list[IntakeWarning]


def register(follower: Follower, guest: Guest, *, is_phone_proven: bool = True, at: datetime.datetime) -> Registered:
    """Register the user as this guest, whose e-mail, or else phone, is the guest's own.

    Raises InvalidEmail, InvalidPhone, IdentifierNeeded; AlreadyRegistered when the user is another contact already;
    guest_data.EmailLocked when it is a contact with another e-mail.
    """
    venue = following.home_of(follower)
    who = identity.check(guest.email, guest.phone, venue.country)
    _check(who)
    follower, book = following.lock(follower, who.keys)
    known = _known(who, book, is_phone_proven=is_phone_proven)
    follower, status = _joined(follower, known, book, at=at)
    dated = replace(guest, registered_at=guest.registered_at or at)
    chosen = None if status == RegistrationStatus.MERGED else follower.contact_id
    reception = intake.receive(Intake(dated, Channel.FOLLOW, venue, at, chosen=chosen, is_open_to_anonymous=True))
    follower.contact = reception.known_contact
    following.save(follower, at=at)
    recording.record(
        Action.FOLLOWER_REGISTERED, follower, after={"contact": str(follower.contact_id), "status": status.value}
    )
    return Registered(follower, status, reception.crm_sync, reception.warnings)


def check_may_register(follower: Follower) -> None:
    """Raise AlreadyRegistered for a user with an account."""
    contact = follower.contact
    if contact.is_active and contact.kind == ContactKind.REGISTERED:
        raise AlreadyRegistered


def _check(who: Identity) -> None:
    if who.keys:
        return
    if who.email.code == "email_invalid":
        raise InvalidEmail(field="guest.email", suggestion=who.email.suggestion)
    if who.phone.code is not None:
        raise InvalidPhone(field="guest.phone")
    raise IdentifierNeeded(field="guest.email")


def _known(who: Identity, book: Book, *, is_phone_proven: bool) -> Contact | None:
    if is_phone_proven:
        return identity.match(who, book).contact
    return book.by_email.get(who.e) if who.e else None


def _joined(
    follower: Follower, known: Contact | None, book: Book, *, at: datetime.datetime
) -> tuple[Follower, RegistrationStatus]:
    """The follower with the contact it is from now on: its own, or the known one that absorbs it."""
    own: Contact = follower.contact
    if not own.is_active:
        follower = following.meet(follower, following.home_of(follower), at=at)
        own = follower.contact
    if known is None or known.pk == own.pk:
        return follower, RegistrationStatus.REGISTERED
    if own.kind != ContactKind.ANONYMOUS:
        raise AlreadyRegistered
    follower.contact = merging.absorb(own, into=known, at=at)
    return follower, RegistrationStatus.MERGED
