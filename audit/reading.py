"""The trail, read by object, actor, action and time (R-PRIV-4). The door asks for the permission and pages the rows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from audit.models import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to look for; None asks for all. `since` is included, `until` is not; both are instants."""

    object_type: str | None = None
    object_id: UUID | None = None
    actor_id: UUID | None = None
    actor_kind: str | None = None
    action: str | None = None
    venue_id: UUID | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


LOOKUPS = {
    "object_type": "object_type",
    "object_id": "object_id",
    "actor_id": "actor_id",
    "actor_kind": "actor_kind",
    "action": "action",
    "venue_id": "venue_id",
    "since": "created_at__gte",
    "until": "created_at__lt",
}


def entries(question: Question) -> QuerySet[AuditEntry]:
    """The entries that answer the question, newest first; `id` breaks ties of `created_at`."""
    given = {lookup: getattr(question, name) for name, lookup in LOOKUPS.items() if getattr(question, name) is not None}
    found: QuerySet[AuditEntry] = AuditEntry.objects.filter(**given).order_by("-created_at", "-id")
    return found
