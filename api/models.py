"""What the API itself keeps: the answers it may have to repeat (API.md, Idempotency-Key)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenants.base import TenantModel


class IdempotentAnswer(TenantModel):
    """The committed answer to one POST, under the key its caller chose.

    The body repeats what the guest sent, so it is erasable: `contact_id` says whom it concerns, when it concerns one.
    """

    credential_id = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField()
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    contact_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "credential_id", "key"], name="one_answer_per_idempotency_key")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "created_at"], name="idempotent_answer_by_age")
        ]

    def __str__(self) -> str:
        return f"{self.status} for {self.key}"
