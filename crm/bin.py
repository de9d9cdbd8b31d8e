"""The bin: a deleted contact frees its keys, and can be restored for 30 days (R-WRITE-6, R-ID-6).

Keys are its e-mails and phones, and what the apps above know it by, such as the id of a user of the app.
"""

from __future__ import annotations

import datetime

from django.db.models import Q
from django.utils import timezone

from audit import recording
from audit.actions import Action
from crm import duplicates, facets, identity, search_index
from crm.editing import NotInList
from crm.guest_data import EmailInUse, PhoneInUse
from crm.models import Contact, ContactIdentifier, ContactState, IdentifierKind
from tenants import rows

KEPT_FOR = datetime.timedelta(days=30)


def delete(contact: Contact) -> Contact:
    """Move a contact to the bin; its bookings keep their snapshot. Raises NotInList when it is there already."""
    found = identity.open_book_of(contact).contacts.get(contact.pk)
    if found is None:
        raise NotInList
    contact = identity.lock(found)
    _move(contact, ContactState.DELETED, deleted_at=timezone.now())
    ContactIdentifier.objects.filter(contact=contact).update(is_active=False, is_key=False)
    search_index.remove([contact])
    recording.record(Action.CONTACT_DELETED, contact)
    return contact


def restore(contact: Contact) -> Contact:
    """Bring a contact back from the bin. Raises EmailInUse, PhoneInUse or a facet's refusal when its key was taken meanwhile."""
    own = list(ContactIdentifier.objects.filter(contact=contact))
    others = [key for facet in facets.registered() for key in facet.keys_of(contact)]
    book = identity.open_book([*(key.value for key in own), *others], [contact.pk])
    contact = identity.lock(contact)
    if contact.state != ContactState.DELETED:
        return contact
    _check_free(contact, own, book)
    for facet in facets.registered():
        facet.restore(contact)
    _move(contact, ContactState.ACTIVE, deleted_at=None)
    _bring_back_keys(contact)
    search_index.rewrite([contact])
    duplicates.flag_same_phone(duplicates.pairs_of(contact, book.holders_of_phone(contact.phone)))
    recording.record(Action.CONTACT_RESTORED, contact)
    return contact


def _bring_back_keys(contact: Contact) -> None:
    """Every e-mail is a key again; the main phone only where there is no e-mail (R-ID-4).

    What was said of an address meanwhile, when nobody had it, holds for the contact from now on.
    """
    own = ContactIdentifier.objects.filter(contact=contact)
    own.update(is_active=True)
    is_email = Q(kind=IdentifierKind.EMAIL)
    own.filter(is_email if contact.email else is_email | Q(is_main=True)).update(is_key=True)
    rows.insert(*facets.admitted([contact]))


def _check_free(contact: Contact, keys: list[ContactIdentifier], book: identity.Book) -> None:
    for key in keys:
        if key.kind == IdentifierKind.EMAIL and key.value in book.by_email:
            raise EmailInUse(contact=str(book.by_email[key.value].pk))
    holder = None if contact.email else book.without_email(contact.phone)
    if holder is not None:
        raise PhoneInUse(contact=str(holder.pk))


def _move(contact: Contact, state: ContactState, *, deleted_at: datetime.datetime | None) -> None:
    contact.state = state
    contact.deleted_at = deleted_at
    contact.version += 1
    contact.updated_at = timezone.now()
    contact.save(update_fields=["state", "deleted_at", "version", "updated_at"])
