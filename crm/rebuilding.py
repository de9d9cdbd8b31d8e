"""Statistics made anew from the facts, and where they said something else before: nowhere, if all is well (R-CRM-2).

Works through the list in chunks, each a transaction of its own, so that nobody waits for the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm import identity, statistics
from crm.models import Contact, ContactStats
from tenants import scope

CHUNK = 500
FIELDS = tuple(
    field.attname for field in ContactStats._meta.concrete_fields if field.attname not in ("contact_id", "tenant_id")
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that was wrong: what stood there, and what the facts say."""

    contact_id: UUID
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What became of one chunk."""

    contact_count: int
    differences: list[Difference]


def rebuild(tenant_id: UUID) -> Iterator[Rebuilt]:
    """Rebuild the statistics of all contacts of a tenant, chunk by chunk. No scope is open."""
    after: UUID | None = None
    while True:
        with scope.enter(tenant_id, scope.SYSTEM):
            ids = _next_ids(after)
            if not ids:
                return
            rebuilt = _rebuild(ids)
        yield rebuilt
        after = ids[-1]


def _next_ids(after: UUID | None) -> list[UUID]:
    contacts = Contact.objects.order_by("pk").values_list("pk", flat=True)
    return list((contacts if after is None else contacts.filter(pk__gt=after))[:CHUNK])


def _rebuild(ids: list[UUID]) -> Rebuilt:
    identity.open_book((), ids)
    before = _rows(ids)
    statistics.refresh(*ids)
    after = _rows(ids)
    nothing: dict[str, Any] = dict.fromkeys(FIELDS)
    return Rebuilt(
        len(ids),
        [
            Difference(contact_id, field, before.get(contact_id, nothing)[field], after[contact_id][field])
            for contact_id in ids
            for field in FIELDS
            if before.get(contact_id, nothing)[field] != after[contact_id][field]
        ],
    )


def _rows(ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    return {
        row["contact_id"]: row for row in ContactStats.objects.filter(contact__in=ids).values("contact_id", *FIELDS)
    }
