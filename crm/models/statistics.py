from __future__ import annotations

from typing import ClassVar

from django.db import models

from crm.models.contact import NEVER, Contact
from tenants import scope
from tenants.base import TenantManager
from tenants.models import Tenant
from tenants.quick_rows import QuickRow


class ContactStats(QuickRow):
    """Derived counters of a contact, rebuilt by crm.statistics and never edited (R-CRM-2).

    `last_visit_on` and `last_purchase_on` are NEVER when there is none. Amounts are minor units of `currency`, the one of
    the latest purchase, since amounts are never added across currencies; `by_currency` has those of each. A purchase is
    a fulfilled order or a receipt that is not linked to one. `purchase_interval_days` lies between the distinct days with
    a purchase or an arrived booking. `by_venue` maps a venue's id to the same counters of that venue.
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
    order_count = models.PositiveIntegerField(default=0)
    purchase_count = models.PositiveIntegerField(default=0)
    spend_minor = models.BigIntegerField(default=0)
    average_ticket_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="")
    last_purchase_on = models.DateField(default=NEVER)
    purchase_interval_days = models.FloatField(null=True)
    review_count = models.PositiveIntegerField(default=0)
    review_average = models.FloatField(null=True)
    is_rating_falling = models.BooleanField(default=False)
    google_rating = models.PositiveSmallIntegerField(null=True)
    by_venue = models.JSONField(default=dict)
    by_currency = models.JSONField(default=dict)

    objects = TenantManager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "visit_count", "contact"], name="stats_by_visits"),
            models.Index(fields=["tenant", "last_visit_on", "contact"], name="stats_by_last_visit"),
            models.Index(fields=["tenant", "spend_minor", "contact"], name="stats_by_spend"),
            models.Index(
                fields=["tenant", "order_count", "contact"],
                name="stats_by_orders",
                condition=models.Q(order_count__gt=0),
            ),
            models.Index(
                fields=["tenant", "average_ticket_minor", "contact"],
                name="stats_by_ticket",
                condition=models.Q(purchase_count__gt=0),
            ),
            models.Index(
                fields=["tenant", "no_show_count", "contact"],
                name="stats_by_no_shows",
                condition=models.Q(no_show_count__gt=0),
            ),
            models.Index(
                fields=["tenant", "review_average", "contact"],
                name="stats_by_rating",
                condition=models.Q(review_count__gt=0),
            ),
            models.Index(
                fields=["tenant", "contact"], name="stats_falling", condition=models.Q(is_rating_falling=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_count} visits"
