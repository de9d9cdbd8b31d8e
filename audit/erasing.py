"""The trail without the person (R-PRIV-1, R-PRIV-4): who did what and when stays, what the values told of the guest goes.

The app may not change the trail; one function of the database does, for the tenant in force. Only values that cannot tell
who somebody was are kept, by the names they stand under: what is written under a new name is wiped until it is listed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from audit.models import AuditEntry
from tenants import rows

# Words of closed lists, amounts, days, numbers, ids.
KEPT = (
    "amount_minor",
    "at",
    "channel",
    "closed_at",
    "connected_at",
    "contact",
    "contacts",
    "count",
    "currency",
    "discount_minor",
    "error",
    "erase_on",
    "fact",
    "facts",
    "followed_at",
    "is_handled",
    "is_late",
    "is_voided",
    "kind",
    "loser",
    "mode",
    "net_minor",
    "party_size",
    "provider",
    "rating",
    "refund",
    "refunded_minor",
    "source",
    "starts_at",
    "status",
    "tip_minor",
    "total_minor",
)
# Whose an object is, and what its guest said of themselves.
CONTACT, GUEST = "contact", "guest"


def erase(object_ids: Iterable[UUID]) -> None:
    """Wipe the values of every entry about these objects, and of no other: what belongs together is for the caller to say."""
    _erase(object_ids, KEPT)


def erase_of_former(object_id: UUID) -> None:
    """Wipe what an object that is another contact's tells of whose it was: what the guest said of themselves, and the values
    whose names were written last before it changed hands."""
    names: set[str] = set()
    entries = AuditEntry.objects.filter(object_id=object_id).order_by("created_at", "pk")
    for before, after in entries.values_list("before", "after"):
        if CONTACT in (after or {}):
            names.clear()
        names.update(before or {}, after or {})
    _erase([object_id], {*KEPT, *names} - {GUEST})


def _erase(object_ids: Iterable[UUID], kept: Iterable[str]) -> None:
    rows.run("SELECT row_id FROM erase_audit_values(%s::uuid[], %s::text[])", sorted(set(object_ids)), sorted(kept))
