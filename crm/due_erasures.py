"""What is erased by itself: who has been in the bin for 30 days, and whose clearing was put off until today (R-PRIV-1, R-WRITE-6).

Of a guest who is expected anew by then, it is put off once more: to the day after the last booking or order. So are single
facts (crm.fact_erasing). Who asked to see their data stays in the bin until they are answered (crm.open_requests).
"""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from crm import bin, editing, erasure, expected, facets, fact_erasing, fact_locking, family, open_requests  # noqa: A004 - the contacts' bin
from crm.models import Contact, ContactState, ErasureReason, FactErasure


def due(after: UUID | None, *, at: datetime.datetime, limit: int) -> list[UUID]:
    """The next contacts whose day has come, by id."""
    today = _today(at)
    binned = Q(state=ContactState.DELETED, deleted_at__lte=at - bin.KEPT_FOR)
    is_put_off = Q(erase_on__gt=today)
    found = Contact.objects.filter(Q(erase_on__lte=today) | (binned & ~is_put_off)).exclude(state=ContactState.ERASED)
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


def carry_out(contact_id: UUID, *, at: datetime.datetime) -> bool:
    """Erase a contact that is still due once it is locked; false when it is not, or has to wait once more."""
    own = family.lock_to_erase(Contact.objects.get(pk=contact_id))
    reason = _reason(own.head, at)
    if reason is None:
        return False
    if reason is ErasureReason.BIN and open_requests.awaited_by(own.ids):
        return False
    expected = erasure.upcoming(own, at=at)
    if expected:
        # One in the bin is asked again tomorrow: a day written down would outlive its being restored.
        if reason is ErasureReason.SCHEDULED:
            erasure.put_off(own, expected)
        return False
    erasure.wipe(own, reason=reason, at=at)
    return True


def due_facts(after: UUID | None, *, at: datetime.datetime, limit: int) -> list[UUID]:
    """The next facts whose day has come, by the ids of what was put off."""
    found = FactErasure.objects.filter(erase_on__lte=_today(at))
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


def carry_out_fact(waiting_id: UUID, *, at: datetime.datetime) -> bool:
    """Wipe a fact that is still due once it is locked; false when it is not, is gone, or is put off once more."""
    seen: FactErasure | None = FactErasure.objects.filter(pk=waiting_id).first()
    if seen is None:
        return False
    _lock_fact(seen)
    due_ones = FactErasure.objects.select_for_update().filter(pk=waiting_id, erase_on__lte=_today(at))
    waiting: FactErasure | None = due_ones.first()
    if waiting is None:
        return False
    still = expected.of_fact(waiting.kind, waiting.fact_id, at=at)
    if still:
        fact_erasing.put_off(waiting.kind, waiting.fact_id, still)
        return False
    return fact_erasing.wipe(waiting.kind, waiting.fact_id, reason=ErasureReason.SCHEDULED, at=at)


def _lock_fact(waiting: FactErasure) -> None:
    """Lock the fact after its contact, and before what waits for it: so does whoever clears a guest's data."""
    tables = (table for facet in facets.registered() for table in facet.snapshots() if table.kind == waiting.kind)
    for table in tables:
        fact: Any = table.model._default_manager.filter(pk=waiting.fact_id).first()  # noqa: SLF001 (Django documents it)
        if fact is not None:
            fact_locking.lock(fact)


def _reason(contact: Contact, at: datetime.datetime) -> ErasureReason | None:
    if contact.state == ContactState.ERASED:
        return None
    if contact.erase_on is not None:
        return ErasureReason.SCHEDULED if contact.erase_on <= _today(at) else None
    is_over = contact.deleted_at is not None and contact.deleted_at <= at - bin.KEPT_FOR
    return ErasureReason.BIN if is_over else None


def _today(at: datetime.datetime) -> datetime.date:
    return timezone.localdate(at, editing.home_venue().zone)
