from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.contact import Contact
from tenants.base import TenantForeignKey, TenantModel


class DuplicateReason(models.TextChoices):
    PHONE = "phone", _("same phone")
    EMAIL = "email", _("same alternative e-mail")


class DuplicatePair(TenantModel):
    """Two contacts that may be one person (R-MERGE-1); `first` is the one with the smaller id."""

    first = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    reasons = ArrayField(models.CharField(max_length=20, choices=DuplicateReason))
    score = models.PositiveSmallIntegerField(default=100)
    is_certain = models.BooleanField(default=True)
    dismissed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "first", "second"], name="one_pair_of_two_contacts"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="pair_in_order"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["first"], name="pair_by_first"),
            models.Index(fields=["second"], name="pair_by_second"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id}"
