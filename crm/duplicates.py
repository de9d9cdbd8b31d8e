"""Contacts that may be one person (R-MERGE-1). For now: those that share a phone, as found by an intake (R-ID-2)."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from crm.models import Contact, ContactState, DuplicatePair, DuplicateReason

# A family shares a phone; where more do, it is made up or a company's, and all pairs of all of them would be too many.
MOST_SHARING = 10


def pairs_of(contact: Contact, holders: Collection[Contact]) -> list[tuple[UUID, UUID]]:
    """The contact with each of those who hold its phone; with one of them where they are too many."""
    others = (one.pk for one in holders if one.pk != contact.pk)
    most = MOST_SHARING if len(holders) <= MOST_SHARING + 1 else 1
    return [(contact.pk, other) for other in itertools.islice(others, most)]


def flag_same_phone(pairs: Collection[tuple[UUID, UUID]]) -> None:
    """Remember that the two contacts of each pair share a phone; a pair already known, or dismissed, stays as it is."""
    if not pairs:
        return
    ordered = {(min(pair), max(pair)) for pair in pairs}
    DuplicatePair.objects.bulk_create(
        [DuplicatePair(first_id=first, second_id=second, reasons=[DuplicateReason.PHONE]) for first, second in ordered],
        ignore_conflicts=True,
    )


def forget_unshared(contact_ids: Collection[UUID]) -> None:
    """Drop the pairs of contacts whose phone has changed, dismissed ones too, where the other no longer shares it."""
    if not contact_ids:
        return
    either = Q(first__in=contact_ids) | Q(second__in=contact_ids)
    pairs = DuplicatePair.objects.filter(either, reasons=[DuplicateReason.PHONE])
    pairs.filter(~Q(first__phone=F("second__phone")) | Q(first__phone="")).delete()


def open_pairs() -> QuerySet[DuplicatePair, Any]:
    """The pairs of two active contacts that nobody dismissed."""
    active = {"first__state": ContactState.ACTIVE, "second__state": ContactState.ACTIVE}
    pairs: QuerySet[DuplicatePair, Any] = DuplicatePair.objects.filter(dismissed_at=None, **active)
    return pairs
