"""The bin: a deleted contact frees its keys, and can be restored for 30 days (R-WRITE-6, R-ID-6)."""

from __future__ import annotations

import datetime

from django.utils import timezone

from audit import recording
from audit.actions import Action
from crm import duplicates, identity, search_index
from crm.editing import NotInList
from crm.intake import EmailInUse, PhoneInUse
from crm.models import Contact, ContactIdentifier, ContactState, IdentifierKind

KEPT_FOR = datetime.timedelta(days=30)


def delete(contact: Contact) -> Contact:
    """Move a contact to the bin; its bookings keep their snapshot. Raises NotInList when it is there already."""
    identity.lock_keys([key for key in (contact.email, contact.phone) if key])
    contact = identity.lock(contact)
    if not contact.is_active:
        raise NotInList
    _move(contact, ContactState.DELETED, deleted_at=timezone.now())
    ContactIdentifier.objects.filter(contact=contact).update(is_active=False, is_key=False)
    search_index.remove([contact])
    recording.record(Action.CONTACT_DELETED, contact)
    return contact


def restore(contact: Contact) -> Contact:
    """Bring a contact back from the bin. Raises EmailInUse or PhoneInUse when its key was taken meanwhile."""
    rows = list(ContactIdentifier.objects.filter(contact=contact))
    book = identity.open_book([row.value for row in rows])
    contact = identity.lock(contact)
    if contact.state != ContactState.DELETED:
        return contact
    _check_free(contact, rows, book)
    _move(contact, ContactState.ACTIVE, deleted_at=None)
    emails = ContactIdentifier.objects.filter(contact=contact, kind=IdentifierKind.EMAIL)
    emails.update(is_active=True, is_key=True)
    phones = ContactIdentifier.objects.filter(contact=contact, kind=IdentifierKind.PHONE)
    phones.update(is_active=True, is_key=not contact.email)
    search_index.rewrite([contact])
    holders = book.holders_of_phone(contact.phone)
    duplicates.flag_same_phone([(contact.pk, min(one.pk for one in holders))] if holders else [])
    recording.record(Action.CONTACT_RESTORED, contact)
    return contact


def _check_free(contact: Contact, rows: list[ContactIdentifier], book: identity.Book) -> None:
    for row in rows:
        if row.kind == IdentifierKind.EMAIL and row.value in book.by_email:
            raise EmailInUse(contact=str(book.by_email[row.value].pk))
    if contact.email:
        return
    for holder in book.holders_of_phone(contact.phone):
        if not holder.email:
            raise PhoneInUse(contact=str(holder.pk))


def _move(contact: Contact, state: ContactState, *, deleted_at: datetime.datetime | None) -> None:
    contact.state = state
    contact.deleted_at = deleted_at
    contact.version += 1
    contact.updated_at = timezone.now()
    contact.save(update_fields=["state", "deleted_at", "version", "updated_at"])
