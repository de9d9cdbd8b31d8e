from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from crm.models import Contact
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue


class Inquiry(TenantModel):
    """What a guest wrote in a contact form. `guest` is the guest data as they came.

    `handled_at` is when staff marked it as handled, and `handled_by` who did; it is open until then.
    """

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = TenantForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="inquiries", db_index=False)
    subject = models.CharField(max_length=200, blank=True)
    message = models.TextField(max_length=5000)
    guest = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handled_by = models.CharField(max_length=160, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "inquiries"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "received_at", "id"], name="inquiry_by_time"),
            models.Index(fields=["tenant", "updated_at", "id"], name="inquiry_by_update"),
            models.Index(
                fields=["tenant", "received_at", "id"],
                name="inquiry_open",
                condition=models.Q(handled_at__isnull=True),
            ),
            models.Index(fields=["tenant", "contact", "received_at"], name="inquiry_by_contact"),
        ]

    def __str__(self) -> str:
        return self.subject or self.message[:40]

    @property
    def is_handled(self) -> bool:
        return self.handled_at is not None
