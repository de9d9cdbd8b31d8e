"""Contacts that may be one person (R-MERGE-1). For now: those that share a phone, as found by an intake (R-ID-2)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from crm.models import ContactState, DuplicatePair, DuplicateReason


def flag_same_phone(pairs: Collection[tuple[UUID, UUID]]) -> None:
    """Remember that the two contacts of each pair share a phone; a pair already known, or dismissed, stays as it is."""
    if not pairs:
        return
    ordered = {(min(pair), max(pair)) for pair in pairs}
    DuplicatePair.objects.bulk_create(
        [DuplicatePair(first_id=first, second_id=second, reasons=[DuplicateReason.PHONE]) for first, second in ordered],
        ignore_conflicts=True,
    )


def is_open() -> Exists:
    """Whether a contact is in a pair of two active contacts that nobody dismissed: an expression for contact querysets."""
    return Exists(
        DuplicatePair.objects.filter(
            Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")),
            dismissed_at=None,
            first__state=ContactState.ACTIVE,
            second__state=ContactState.ACTIVE,
        )
    )
