"""Contacts by hand: adding one, and editing its fields (R-WRITE-5, R-ID-5).

Here a bad e-mail or phone is a field error, an e-mail of another contact is refused with an offer to merge, and a contact
keeps at least one of e-mail and phone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import duplicates, health, identity, intake, profile, search_index, suspicion
from crm.channel import Channel
from crm.guest_data import CrmSync, EmailInUse, Guest, Intake, PhoneInUse
from crm.models import Contact, ContactKind, FieldChange
from crm.warnings import IntakeWarning
from tenants import rows, scope
from tenants.models import Venue
from tenants.refusal import Refusal
from tenants.scope import ActorKind


class InvalidEmail(Refusal):
    code = "email_invalid"
    status = 400
    default_message = _("This is not a valid e-mail.")


class InvalidPhone(Refusal):
    code = "phone_invalid"
    status = 400
    default_message = _("This is not a valid phone number.")


class IdentifierNeeded(Refusal):
    code = "identifier_needed"
    status = 400
    default_message = _("A contact needs an e-mail or a phone.")


class LastIdentifier(Refusal):
    code = "last_identifier"
    default_message = _("A contact keeps an e-mail or a phone: give another one first.")


class NotInList(Refusal):
    code = "contact_deleted"
    status = 409
    default_message = _("This contact is in the bin: restore it first.")


@dataclass(frozen=True, slots=True)
class Edited:
    contact: Contact
    crm_sync: CrmSync
    warnings: list[IntakeWarning]


def add(guest: Guest, own: Mapping[str, str] | None = None, *, allergies: str = "") -> Edited:
    """Manual entry, an intake: a known key updates its contact; `own`, staff's own fields, only fill what is empty.

    `allergies` are put below what is known. Raises InvalidEmail, InvalidPhone, IdentifierNeeded, and PermissionMissing for
    allergies from who may not read them.
    """
    if allergies:
        health.check_right()
    venue = home_venue()
    who = identity.check(guest.email, guest.phone, venue.country)
    _check_keys(who)
    if not who.keys:
        raise IdentifierNeeded(field="email")
    channel = Channel.API if scope.actor().kind == ActorKind.KEY else Channel.MANUAL
    reception = intake.receive(Intake(guest, channel, venue, timezone.now()))
    contact = reception.known_contact
    given = {} if reception.is_by_phone_alone else own or {}
    changes = profile.assign(contact, {name: value for name, value in given.items() if not getattr(contact, name)})
    if changes:
        _save(contact, changes, is_edit=reception.crm_sync is not CrmSync.CREATED)
    is_told = bool(allergies and not reception.is_by_phone_alone and health.add([(contact, allergies)]))
    if is_told and not changes and reception.crm_sync is not CrmSync.CREATED:
        _raise_version(contact)
    is_updated = bool(changes or is_told) and reception.crm_sync is CrmSync.UNCHANGED
    return Edited(contact, CrmSync.UPDATED if is_updated else reception.crm_sync, reception.warnings)


def edit(
    contact: Contact,
    values: Mapping[str, str],
    *,
    allergies: str | None = None,
    reverts: FieldChange | None = None,
) -> Edited:
    """Set fields of a contact; an empty value clears. `email` and `phone` are as typed, the others in normal form.

    `allergies` None leaves them as they are. Raises InvalidEmail, InvalidPhone, EmailInUse and PhoneInUse (with the other
    contact's id), LastIdentifier, NotInList, and PermissionMissing for allergies from who may not read them.
    """
    if allergies is not None:
        health.check_right()
    who = identity.check(values.get("email"), values.get("phone"), home_venue().country)
    _check_keys(who)
    book = identity.open_book_of(contact, who.keys)
    found = book.contacts.get(contact.pk)
    if found is None:
        raise NotInList
    changes = profile.assign(found, _normal(values, who))
    _check_free(found, book)
    if found.kind == ContactKind.ANONYMOUS and (found.email or found.phone):
        # Staff say who the user of the app is: a guest like any other, only without an account.
        found.kind = ContactKind.UNREGISTERED
    warnings = suspicion.of_keys(who)
    if any(change.field in profile.KEY_FIELDS for change in changes):
        found.has_suspect_key = suspicion.is_suspect(_present_keys(found))
    if changes:
        _save(found, changes, is_edit=True, reverts=reverts)
        _flag_shared_phone(found, book, changes)
    is_told = allergies is not None and health.write(found, allergies)
    if is_told and not changes:
        _raise_version(found)
    return Edited(found, CrmSync.UPDATED if changes or is_told else CrmSync.UNCHANGED, warnings)


def home_venue() -> Venue:
    """The venue whose country and zone hold where no venue is named: the tenant's first."""
    (venue,) = rows.select(Venue, "TRUE ORDER BY created_at, id LIMIT 1")
    return venue


def _check_keys(who: identity.Identity) -> None:
    if who.email.code == "email_invalid":
        raise InvalidEmail(field="email", suggestion=who.email.suggestion)
    if who.phone.code is not None:
        raise InvalidPhone(field="phone")


def _normal(values: Mapping[str, str], who: identity.Identity) -> dict[str, str]:
    normal = dict(values)
    if "email" in normal:
        normal["email"] = who.e or ""
    if "phone" in normal:
        normal["phone"] = who.p or ""
        normal["phone_extension"] = who.phone.extension or ""
    return normal


def _check_free(contact: Contact, book: identity.Book) -> None:
    """Refuse keys that another contact holds, and the loss of the last one."""
    holder = book.by_email.get(contact.email)
    if contact.email and holder is not None and holder is not contact:
        raise EmailInUse(field="email", contact=str(holder.pk))
    if not contact.email and not contact.phone and contact.kind != ContactKind.ANONYMOUS:
        raise LastIdentifier(field="email")
    other = None if contact.email else book.without_email(contact.phone)
    if other is not None and other is not contact:
        raise PhoneInUse(field="phone", contact=str(other.pk))


def _present_keys(contact: Contact) -> identity.Identity:
    """The contact's keys as they are now: a correction by hand ends the suspicion of the former ones."""
    return identity.check(contact.email, contact.phone, None)


def _save(
    contact: Contact, changes: list[profile.Change], *, is_edit: bool, reverts: FieldChange | None = None
) -> None:
    """Write the fields and what hangs on them. Words given while adding a contact are no change of it."""
    now = timezone.now()
    contact.version += is_edit
    contact.updated_at = now
    contact.save(
        update_fields=[
            *profile.STAFF_FIELDS,
            *profile.DERIVED_FIELDS,
            "kind",
            "has_suspect_key",
            "version",
            "updated_at",
        ]
    )
    fields = {change.field for change in changes}
    if fields & profile.KEY_FIELDS:
        identity.replace_identifiers([contact])
    if fields & profile.SEARCHED_FIELDS:
        search_index.rewrite([contact])
    if not is_edit:
        return
    profile.remember([profile.Brought(change, Channel.MANUAL, now) for change in changes], reverts=reverts)
    recording.record(
        Action.CONTACT_CHANGE_REVERTED if reverts else Action.CONTACT_UPDATED,
        contact,
        before={change.field: change.old for change in changes},
        after={change.field: change.new for change in changes},
    )


def _raise_version(contact: Contact) -> None:
    """What changed lies beside the contact's row, and is its own all the same."""
    contact.version += 1
    contact.updated_at = timezone.now()
    contact.save(update_fields=["version", "updated_at"])


def _flag_shared_phone(contact: Contact, book: identity.Book, changes: list[profile.Change]) -> None:
    if any(change.field == "phone" for change in changes):
        duplicates.forget_unshared([contact.pk])
        duplicates.flag_same_phone(duplicates.pairs_of(contact, book.holders_of_phone(contact.phone)))
