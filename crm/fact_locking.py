"""Locks of a fact and its contacts, in the one order: keys, contacts by id, then the fact.

A fact that moved to another contact before it was locked is read again with that contact locked. The savepoint lets go
of everything before, since locking a contact after a fact, or after a later contact, would break the order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from crm import identity
from crm.facts import HeldFact
from crm.identity import Book

Fact = TypeVar("Fact", bound=HeldFact)


def lock(fact: Fact, *also: UUID) -> Fact:
    """Lock the fact's contact, the contacts named, then the fact; return it as it is now."""
    return lock_with_keys(fact, (), *also)[0]


def lock_with_keys(fact: Fact, keys: Iterable[str], *also: UUID) -> tuple[Fact, Book]:
    """The same with the holders of these keys; the book tells who they are."""
    keys, contact_id, winners = list(keys), fact.contact_id, set[UUID]()
    while True:
        with transaction.atomic():
            named = {pk for pk in (contact_id, *also) if pk is not None} | winners
            book, unlocked = identity.open_once(keys, named)
            fresh = _lock(fact)
            if fresh.contact_id == contact_id and not unlocked:
                return fresh, book
            transaction.set_rollback(True)
        contact_id, winners = fresh.contact_id, winners | unlocked


def _lock(fact: Fact) -> Fact:
    model: Any = type(fact)
    rows = model.objects.select_related("venue", "contact")
    fresh: Fact = rows.select_for_update(of=("self",), no_key=True).get(pk=fact.pk)
    return fresh
