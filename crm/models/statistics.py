from __future__ import annotations

from typing import ClassVar

from django.db import models

from crm.models.contact import NEVER, Contact
from tenants import scope
from tenants.base import TenantManager
from tenants.models import Tenant


class ContactStats(models.Model):
    """Derived counters of a contact, rebuilt by crm.statistics and never edited (R-CRM-2).

    `last_visit_on` is NEVER when there is none. `by_venue` maps a venue's id to the same counters of that venue.
    """

    contact = models.OneToOneField(
        Contact, on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="stats"
    )
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, default=scope.tenant_id, db_index=False, db_constraint=False, related_name="+"
    )
    visit_count = models.PositiveIntegerField(default=0)
    last_visit_on = models.DateField(default=NEVER)
    booking_count = models.PositiveIntegerField(default=0)
    cancelled_count = models.PositiveIntegerField(default=0)
    no_show_count = models.PositiveIntegerField(default=0)
    by_venue = models.JSONField(default=dict)

    objects = TenantManager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "visit_count", "contact"], name="stats_by_visits"),
            models.Index(fields=["tenant", "last_visit_on", "contact"], name="stats_by_last_visit"),
            models.Index(
                fields=["tenant", "no_show_count", "contact"],
                name="stats_by_no_shows",
                condition=models.Q(no_show_count__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_count} visits"
