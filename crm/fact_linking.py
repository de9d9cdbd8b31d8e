"""Linking a fact to another contact, final ones too: what rests on it moves along (R-WRITE-4, R-VISIT-3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.utils import timezone

from audit import recording
from audit.actions import Action
from crm import fact_locking, registration, statistics
from crm.facts import HeldFact
from crm.guest_data import UnknownContact
from crm.identity import Book
from crm.models import Contact

Fact = TypeVar("Fact", bound=HeldFact)


def link(
    fact: Fact,
    contact_id: UUID | None,
    *,
    action: Action,
    follow: Callable[[Fact], None],
    carry: Callable[[Fact, UUID | None], None] = lambda _fact, _former: None,
) -> Fact:
    """Give the fact to this contact, or to nobody; `follow` lets visits and the new contact's statistics follow.

    Before that, `carry` moves what else hangs on the fact; it is told the former contact.

    The id of a contact that was merged means its winner. Raises UnknownContact for an id that is no active contact,
    registration.RegistrationRequired for an anonymous one.
    """
    fact, book = fact_locking.lock_with_keys(fact, (), *([contact_id] if contact_id else []))
    contact, former = _chosen(contact_id, book), fact.contact_id
    contact_id = None if contact is None else contact.pk
    if former == contact_id:
        return fact
    fact.contact = contact
    fact.version += 1
    fact.updated_at = timezone.now()
    row: Any = fact
    row.save(update_fields=["contact", "version", "updated_at"])
    carry(fact, former)
    follow(fact)
    if former is not None:
        statistics.refresh(former)
    before, after = ({"contact": str(pk) if pk else None} for pk in (former, contact_id))
    recording.record(action, row, before=before, after=after, venue_id=fact.venue_id)
    return fact


def _chosen(contact_id: UUID | None, book: Book) -> Contact | None:
    if contact_id is None:
        return None
    contact = book.contacts.get(contact_id)
    if contact is None:
        raise UnknownContact(field="contact")
    registration.check(contact)
    return contact
