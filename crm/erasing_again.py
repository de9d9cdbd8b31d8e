"""After a backup was restored: what was erased since it was taken is erased once more, and what was promised to be erased on a
later day is waited for once more (R-PRIV-1; crm.erasure_log, crm.erasure_promises)."""

from __future__ import annotations

import datetime
from dataclasses import replace
from uuid import UUID

from crm import erasure, erasure_log, erasure_promises, fact_erasing, family
from crm.erasure_promises import CONTACT, Promised
from crm.models import Contact, ContactState, Erasure
from tenants import lookup, scope


def replay() -> int:
    """Go through the file; answers how many acts were missing in the database. No scope is open."""
    tenants = set(lookup.all_tenants())
    return sum(_carry_out(act) for act in erasure_log.read() if act.tenant_id in tenants)


def promise_again() -> int:
    """Let contacts and facts wait to be erased as the file says last; answers how many did not. After `replay`.

    No scope is open.
    """
    tenants = set(lookup.all_tenants())
    return sum(_promise(one, day) for one, day in erasure_promises.standing().items() if one.tenant_id in tenants)


def _promise(one: Promised, day: datetime.date | None) -> bool:
    with scope.enter(one.tenant_id, scope.SYSTEM):
        if one.kind != CONTACT:
            return fact_erasing.set_day(one.kind, one.id, day)
        contact = Contact.objects.filter(pk=one.id).exclude(state=ContactState.ERASED).first()
        head = None if contact is None else family.lock(contact).head
        if head is None or head.pk != one.id or head.erase_on == day:
            return False
        erasure.set_day(head, day)
        return True


def _carry_out(act: Erasure) -> bool:
    """One act, in a transaction of its own; true when the database did not know of it."""
    with scope.enter(UUID(str(act.tenant_id)), scope.SYSTEM):
        if Erasure.objects.filter(pk=act.pk).exists():
            return False
        for contact in Contact.objects.filter(pk__in=act.contact_ids).order_by("pk"):
            _erase(contact, act)
        if act.fact_id is not None:
            fact_erasing.clear(act.fact_kind, act.fact_id)
        act.save(force_insert=True)
        return True


def _erase(contact: Contact, act: Erasure) -> None:
    """Those only who were erased then: in the backup, others may still be merged into them."""
    own = family.lock_to_erase(contact)
    own = replace(own, members=[member for member in own.members if member.pk in act.contact_ids])
    if own.members and any(member.state != ContactState.ERASED for member in own.members):
        erasure.clear(own)
        erasure.record(own, act.reason)
