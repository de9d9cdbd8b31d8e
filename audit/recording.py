"""One write that says what happened, in the caller's transaction (R-PRIV-4).

The rule that changes something records it last; the actor comes from the scope in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from audit.actions import Action
from audit.models import AuditEntry
from tenants import rows, scope

request_id: ContextVar[str] = ContextVar("audit_request_id", default="")


@dataclass(frozen=True, slots=True)
class Event:
    action: Action
    obj: models.Model
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    venue_id: UUID | None = None


def record(
    action: Action,
    obj: models.Model,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    venue_id: UUID | None = None,
) -> None:
    record_many([Event(action, obj, before, after, venue_id)])


def record_many(events: Iterable[Event]) -> None:
    rows.insert([entry(event) for event in events])


def entry(event: Event) -> AuditEntry:
    """The row of an event, for a rule that writes it together with its own."""
    actor = scope.actor()
    return AuditEntry(
        action=event.action,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        object_type=event.obj._meta.model_name or "",
        object_id=event.obj.pk,
        venue_id=event.venue_id,
        before=_plain(event.before),
        after=_plain(event.after),
        request_id=request_id.get(),
    )


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value.pk)
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    try:
        return DjangoJSONEncoder().default(value)
    except TypeError:
        return str(value)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the fields whose value differs, as two mappings."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
