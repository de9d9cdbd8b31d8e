from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from crm.models import Contact
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue


class PromotionSignup(TenantModel):
    """A guest who signed up to a promotion; `promotion` names it. `guest` is the guest data as they came."""

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = TenantForeignKey(
        Contact, null=True, on_delete=models.PROTECT, related_name="promotion_signups", db_index=False
    )
    promotion = models.CharField(max_length=200)
    guest = models.JSONField(default=dict)
    signed_up_at = models.DateTimeField()
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "signed_up_at", "id"], name="signup_by_time"),
            models.Index(fields=["tenant", "updated_at", "id"], name="signup_by_update"),
            models.Index(fields=["tenant", "contact", "signed_up_at"], name="signup_by_contact"),
        ]

    def __str__(self) -> str:
        return self.promotion
