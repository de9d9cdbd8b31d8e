"""After a backup was restored: what was erased since it was taken is erased once more (R-PRIV-1; crm.erasure_log)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from crm import erasure, erasure_log, fact_erasing, family
from crm.models import Contact, ContactState, Erasure
from tenants import lookup, scope


def replay() -> int:
    """Go through the file; answers how many acts were missing in the database. No scope is open."""
    tenants = set(lookup.all_tenants())
    return sum(_carry_out(act) for act in erasure_log.read() if act.tenant_id in tenants)


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
