"""WiFi sessions: a guest who logged in to a venue's guest WiFi."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from crm.models import Contact
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue


class WifiSession(TenantModel):
    """One login. `service_date` is the venue's day of `connected_at` (R-VISIT-2); `guest` is the guest data as they came.

    `contact` is empty where the portal asked for no e-mail and no phone.
    """

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = TenantForeignKey(
        Contact, null=True, on_delete=models.PROTECT, related_name="wifi_sessions", db_index=False
    )
    provider = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    connected_at = models.DateTimeField()
    service_date = models.DateField()
    guest = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "venue", "provider", "external_id"],
                name="one_wifi_session_per_external_id",
                condition=~models.Q(external_id=""),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "contact", "connected_at"], name="wifi_session_by_contact")
        ]

    def __str__(self) -> str:
        return f"{self.connected_at:%Y-%m-%d %H:%M}"
