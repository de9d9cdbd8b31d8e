"""What was erased, without saying of whom (R-PRIV-1)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.base import TenantModel
from tenants.scope import ActorKind


class ErasureReason(models.TextChoices):
    REQUEST = "request", _("asked for")
    SCHEDULED = "scheduled", _("put off until nothing was expected any more")
    BIN = "bin", _("thirty days in the bin")
    RETENTION = "retention", _("no activity for too long")


class Erasure(TenantModel):
    """One act of clearing personal data: of a contact with those merged into it, or of one fact that had no contact.

    It holds ids, nothing that tells who it was, and is what a restored backup is erased by once more (crm.erasure_log).
    `fact_kind` and `fact_id` are empty where contacts were erased. The app may insert and
    read, nothing else.
    """

    is_append_only: ClassVar[bool] = True

    contact_ids = ArrayField(models.UUIDField(), default=list)
    fact_kind = models.CharField(max_length=20, blank=True)
    fact_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=10, choices=ErasureReason)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=160, blank=True)
    erased_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "erased_at", "id"], name="erasure_by_time")
        ]

    def __str__(self) -> str:
        return f"{self.reason}, {self.erased_at:%Y-%m-%d}"


class FactErasure(TenantModel):
    """That one fact is to be cleared from a day on, since its guest is still expected (crm.fact_erasing).

    `erase_on` is a day of the house. The row goes when that is done, or taken back.
    """

    kind = models.CharField(max_length=20, db_collation="C")
    fact_id = models.UUIDField()
    erase_on = models.DateField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "kind", "fact_id"], name="one_putting_off_per_fact")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["tenant", "erase_on"], name="fact_to_erase")]

    def __str__(self) -> str:
        return f"{self.kind}, {self.erase_on}"
