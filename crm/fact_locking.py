"""Locks of a fact and its contacts, in the one order: keys, contacts by id, then the fact, then what belongs to it.

A fact that moved to another contact before it was locked is read again with that contact locked. The savepoint lets go
of everything before, since locking a contact after a fact, or after a later contact, would break the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    return _lock_all(fact, keys, also)[:2]


def lock_with_others(fact: Fact, lock_others: Callable[[Fact], set[UUID]]) -> tuple[Fact, set[UUID]]:
    """The same with contacts whose figures rest on the fact, too; the fact as it is now, and those contacts.

    `lock_others` is called with the fact locked: it locks what belongs to the fact, and says whose that is.
    """
    fresh, _book, others = _lock_all(fact, lock_others=lock_others)
    return fresh, others


def _lock_all(
    fact: Fact,
    keys: Iterable[str] = (),
    also: Iterable[UUID] = (),
    lock_others: Callable[[Fact], set[UUID]] = lambda _fact: set(),
) -> tuple[Fact, Book, set[UUID]]:
    keys, named = list(keys), {pk for pk in (fact.contact_id, *also) if pk is not None}
    while True:
        with transaction.atomic():
            book, unlocked = identity.open_once(keys, named)
            fresh = _lock(fact)
            others = lock_others(fresh)
            concerned = others | ({fresh.contact_id} if fresh.contact_id else set())
            if not unlocked and concerned <= named:
                return fresh, book, others
            transaction.set_rollback(True)
        named |= concerned | unlocked


def _lock(fact: Fact) -> Fact:
    model: Any = type(fact)
    rows = model.objects.select_related("venue", "contact")
    fresh: Fact = rows.select_for_update(of=("self",), no_key=True).get(pk=fact.pk)
    return fresh
