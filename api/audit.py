"""`audit/`: the trail of who did what, newest first (R-PRIV-4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import pagination, shape
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from audit import reading
from audit.actions import Action
from audit.models import AuditEntry
from tenants.permissions import Permission
from tenants.scope import ActorKind


class ActorDocument(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(ActorKind.choices)
    id = serializers.UUIDField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]

    class Meta:
        ref_name = "Actor"


class AuditEntryDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    action = serializers.ChoiceField(Action.choices)
    actor = ActorDocument()
    object_type = serializers.CharField()
    object_id = serializers.UUIDField()
    venue = serializers.UUIDField(allow_null=True)
    before = serializers.DictField(allow_null=True, help_text="The changed fields only.")
    after = serializers.DictField(allow_null=True)
    request_id = serializers.CharField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "AuditEntry"


class AuditQuery(PageShape):
    action = serializers.ChoiceField(Action.choices, required=False)
    object_type = shape.Text(required=False, max_length=40)
    object_id = shape.Id(required=False)
    actor_kind = serializers.ChoiceField(ActorKind.choices, required=False)
    actor_id = shape.Id(required=False)
    venue = shape.Id(required=False, source="venue_id")
    since = shape.InstantParameter(required=False)
    until = shape.InstantParameter(required=False)


class AuditList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.AUDIT_READ}
    ORDERINGS = pagination.orderings(created_at=("created_at", "id"))

    @describe("Read the audit trail", query=AuditQuery, answer=pagination.listing(AuditEntryDocument))
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(AuditQuery)
        question = reading.Question(**{name: value for name, value in parameters.items() if name in reading.LOOKUPS})
        rows = reading.entries(question)
        return self.page(rows, represent, by="-created_at", table=self.ORDERINGS, parameters=parameters)


def represent(rows: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    return [
        {
            "id": entry.pk,
            "action": entry.action,
            "actor": {"kind": entry.actor_kind, "id": entry.actor_id, "label": entry.actor_label},
            "object_type": entry.object_type,
            "object_id": entry.object_id,
            "venue": entry.venue_id,
            "before": entry.before,
            "after": entry.after,
            "request_id": entry.request_id,
            "created_at": entry.created_at,
        }
        for entry in rows
    ]
