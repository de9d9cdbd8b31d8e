"""What was erased is also written down outside the database, so that a restored backup is erased once more (R-PRIV-1).

A line of ids and a time, appended and forced to the disk when the erasure is committed: before, it might still
be rolled back, and a restore would erase who was to stay. Should we be stopped in that moment the line is missing: every
night, and before a restore, the file is brought up to what the table says (`catch_up`). Promises to erase on a later day are
lines of their own (crm.erasure_promises).
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from crm.models import Erasure
from tenants import lookup, scope

FIELDS = tuple(field.attname for field in Erasure._meta.concrete_fields)


def write_down(reason: str, at: datetime.datetime, **what: Any) -> Erasure:
    """Write down that the actor in force erased: in the table, and in the file once that is committed."""
    actor = scope.actor()
    by = {"actor_kind": actor.kind, "actor_id": actor.id, "actor_label": actor.label}
    erasure = Erasure(reason=reason, erased_at=at, **by, **what)
    erasure.save(force_insert=True)
    line = _line(erasure)
    transaction.on_commit(lambda: append([line]), robust=True)
    return erasure


def catch_up() -> int:
    """Append what the tables of all tenants say and the file does not; answers how many lines. No scope is open."""
    known = {erasure.pk for erasure in read()}
    missing = []
    for tenant_id in lookup.all_tenants():
        with scope.enter(tenant_id, scope.SYSTEM):
            every: Iterable[Erasure] = Erasure.objects.order_by("erased_at", "pk")
            missing += [_line(erasure) for erasure in every if erasure.pk not in known]
    append(missing)
    return len(missing)


def read() -> Iterator[Erasure]:
    """The acts in the file, in their order."""
    return (_erasure(said) for said in lines() if "erased_at" in said)


def lines() -> Iterator[dict[str, Any]]:
    """What the file says, line by line. One that was cut off by a crash is left out: the table has it."""
    try:
        text = _path().read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            yield json.loads(line)


def append(lines: list[str]) -> None:
    """Write lines to the end of the file and force them to the disk."""
    if not lines:
        return
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "ab") as file:
        # One write for all of it: lines of several processes never mix. It begins anew after a line that was cut off.
        file.write(("\n" + "\n".join(lines) + "\n").encode())
        file.flush()
        os.fsync(file.fileno())


def _path() -> Path:
    return Path(settings.ERASURE_LOG)


def _line(erasure: Erasure) -> str:
    return json.dumps({name: getattr(erasure, name) for name in FIELDS}, default=_plain, separators=(",", ":"))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.datetime) else str(value)


def _erasure(said: dict[str, Any]) -> Erasure:
    """The row of a line, as it stood in the table."""
    ids = {name: UUID(said[name]) if said[name] else None for name in ("id", "tenant_id", "fact_id", "actor_id")}
    erased_at = datetime.datetime.fromisoformat(said["erased_at"])
    contact_ids = [UUID(one) for one in said["contact_ids"]]
    known = {name: said[name] for name in FIELDS if name in said}
    return Erasure(**{**known, **ids, "erased_at": erased_at, "contact_ids": contact_ids})
