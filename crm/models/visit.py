from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.contact import Contact
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue


class VisitSourceKind(models.TextChoices):
    BOOKING = "booking", _("booking")
    ORDER = "order", _("order")
    WIFI = "wifi", _("WiFi")


class Visit(TenantModel):
    """A contact's visit to a venue on a local day: at most one, whatever the sources (R-VISIT-2)."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="visits", db_index=False)
    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    local_date = models.DateField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "contact", "venue", "local_date"], name="one_visit_per_contact_venue_and_day"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "local_date", "venue"], name="visit_by_day")
        ]

    def __str__(self) -> str:
        return f"{self.local_date}"


class VisitSource(TenantModel):
    """A fact a visit rests on: an arrived booking, a fulfilled order, a WiFi session (R-VISIT-3)."""

    visit = TenantForeignKey(Visit, on_delete=models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=8, choices=VisitSourceKind)
    source_id = models.UUIDField()
    happened_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "kind", "source_id"], name="one_visit_per_source")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"
