"""What an intake says of its contact: profile fields in normal form, the dates and the flag it may move (R-WRITE-1, R-ID-1)."""

from __future__ import annotations

import datetime

from django.utils import timezone

from crm import identity, person_name, profile, search_text, suspicion
from crm.channel import Channel
from crm.guest_data import PROFILE_FIELDS, Guest, Intake
from crm.models import Contact, ContactKind


def new_contact(intake: Intake, who: identity.Identity, values: dict[str, str]) -> Contact:
    """The contact that this intake makes, not saved yet."""
    contact = Contact(
        kind=ContactKind.REGISTERED if intake.guest.registered_at else ContactKind.UNREGISTERED,
        first_channel=intake.channel,
        last_channel=intake.channel,
        first_contact_on=_first_contact_on(intake),
        registered_at=intake.guest.registered_at,
        last_activity_at=intake.at,
        profile_at=intake.at,
        has_suspect_key=suspicion.is_suspect(who),
        email=who.e or "",
        **values,
    )
    profile.derive(contact)
    return contact


def values(guest: Guest, who: identity.Identity) -> dict[str, str]:
    """The non-empty profile fields of a guest, in normal form. What nobody sees is empty."""
    cleaned = {name: person_name.clean(getattr(guest, name))[:length] for name, length in _LENGTHS.items()}
    given = {name: value for name, value in cleaned.items() if value}
    if who.p:
        given["phone"] = who.p
        if who.phone.extension:
            given["phone_extension"] = who.phone.extension
    return given


# Doors refuse what is longer; the normal form may be longer than what they saw.
_LENGTHS = {one.name: one.max_length for one in Contact._meta.concrete_fields if one.name in PROFILE_FIELDS}


def _first_contact_on(intake: Intake) -> datetime.date:
    if intake.first_contact_on is not None:
        return intake.first_contact_on
    return timezone.localdate(intake.at, intake.venue.zone)


def move_dates(contact: Contact, intake: Intake, who: identity.Identity, *, is_own_profile: bool) -> bool:
    """Keep the earliest first contact, the first registration date stated, and the suspect flag; say whether one moved."""
    is_moved = False
    if intake.channel == Channel.IMPORT and intake.first_contact_on is None:
        first = contact.first_contact_on
    else:
        first = _first_contact_on(intake)
    if first < contact.first_contact_on:
        contact.first_contact_on, is_moved = first, True
    if is_own_profile and intake.guest.registered_at and contact.registered_at is None:
        contact.registered_at, contact.kind, is_moved = intake.guest.registered_at, ContactKind.REGISTERED, True
    if suspicion.is_suspect(who) and not contact.has_suspect_key:
        contact.has_suspect_key, is_moved = True, True
    return is_moved


def has_other_name(contact: Contact, guest: Guest) -> bool:
    """Whether the guest gave another name than the contact has; case and accents make none."""
    given = ((getattr(guest, name), getattr(contact, name)) for name in ("first_name", "last_name"))
    return any(new and search_text.fold(new) != search_text.fold(known) for new, known in given)
