from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.contact import Contact
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue


class ReviewSource(models.TextChoices):
    PRIVATE = "private", _("private")
    GOOGLE = "google", _("Google")


class Review(TenantModel):
    """What a guest thought: a private review or a Google one, from 1 to 5 (R-CRM-2).

    `contact` is empty where nobody could be told to have written it. `booking_id` is the booking it speaks of.
    """

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = TenantForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    source = models.CharField(max_length=8, choices=ReviewSource)
    external_id = models.CharField(max_length=120, blank=True)
    rating = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=5000, blank=True)
    booking_id = models.UUIDField(null=True)
    reviewed_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "venue", "source", "external_id"],
                name="one_review_per_external_id",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(condition=models.Q(rating__gte=1, rating__lte=5), name="one_to_five"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "contact", "reviewed_at"], name="review_by_contact"),
            models.Index(fields=["tenant", "reviewed_at", "id"], name="review_by_time"),
            models.Index(
                fields=["tenant", "booking_id"],
                name="review_by_booking",
                condition=models.Q(booking_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating}"
