"""The append-only trail: who, what, when, before, after (R-PRIV-4); also the outbox of webhooks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenants.base import TenantModel
from tenants.scope import ActorKind


class AuditEntry(TenantModel):
    """`action` is a value of audit.actions.Action; `before` and `after` hold the changed fields only.

    The app may insert and read, nothing else.
    """

    is_append_only: ClassVar[bool] = True

    action = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=160)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()
    venue_id = models.UUIDField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "created_at", "id"], name="audit_by_time"),
            models.Index(fields=["tenant", "object_id", "created_at"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
