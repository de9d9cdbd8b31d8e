"""A promise to erase on a later day outlives the database, too: a restored backup knows it again (R-PRIV-1; crm.erasure_log).

Lines of the same file: that a contact or a fact is to be cleared on a day, or that this was taken back. What counts is the last
line of each. Should we be stopped before a promise is in the file, it is added in the night, and before a restore; one that was
taken back in just that moment would be known again after a restore, and the card says so.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from crm import erasure_log
from crm.models import Contact, ContactState, FactErasure
from tenants import lookup, scope

CONTACT = "contact"


class Promised(NamedTuple):
    """Whom or what a promise is about: `kind` is CONTACT, or the fact's."""

    tenant_id: UUID
    kind: str
    id: UUID


def write_down(day: datetime.date | None, kind: str, ids: Iterable[UUID]) -> None:
    """Once this is committed: these are to be cleared from that day on, or kept. They are locked."""
    lines = _lines({Promised(scope.tenant_id(), kind, pk): day for pk in ids})
    transaction.on_commit(lambda: erasure_log.append(lines), robust=True)


def standing() -> dict[Promised, datetime.date | None]:
    """The last word of the file on each, None for one that is kept; what was erased since is left out."""
    found: dict[Promised, datetime.date | None] = {}
    for said in sorted(erasure_log.lines(), key=_time):
        if "promised_at" in said:
            day = said["erase_on"]
            found[_promised(said)] = day and datetime.date.fromisoformat(day)
            continue
        for pk in said["contact_ids"]:
            found.pop(Promised(UUID(said["tenant_id"]), CONTACT, UUID(pk)), None)
        if said["fact_id"]:
            found.pop(Promised(UUID(said["tenant_id"]), said["fact_kind"], UUID(said["fact_id"])), None)
    return found


def catch_up() -> int:
    """Append what the tables of all tenants say and the file does not; answers how many lines. No scope is open."""
    known, missing = standing(), dict[Promised, datetime.date | None]()
    for tenant_id in lookup.all_tenants():
        with scope.enter(tenant_id, scope.SYSTEM):
            missing |= {one: day for one, day in _in_tables(tenant_id) if known.get(one) != day}
    erasure_log.append(_lines(missing))
    return len(missing)


def _in_tables(tenant_id: UUID) -> Iterable[tuple[Promised, datetime.date]]:
    waiting = Contact.objects.filter(erase_on__isnull=False).exclude(state=ContactState.ERASED)
    for pk, day in waiting.values_list("pk", "erase_on"):
        yield Promised(tenant_id, CONTACT, pk), day
    for kind, pk, day in FactErasure.objects.values_list("kind", "fact_id", "erase_on"):
        yield Promised(tenant_id, kind, pk), day


def _lines(promises: dict[Promised, datetime.date | None]) -> list[str]:
    at = timezone.now().isoformat()
    return [_line(one, {"erase_on": day, "promised_at": at}) for one, day in promises.items()]


def _line(one: Promised, said: dict[str, Any]) -> str:
    about = {"tenant_id": one.tenant_id, "kind": one.kind, "id": one.id}
    return json.dumps(about | said, default=str, separators=(",", ":"))


def _time(said: dict[str, Any]) -> datetime.datetime:
    return datetime.datetime.fromisoformat(said.get("promised_at") or said["erased_at"])


def _promised(said: dict[str, Any]) -> Promised:
    return Promised(UUID(said["tenant_id"]), said["kind"], UUID(said["id"]))
