"""Bookings: reservations, walk-ins and queue entries, each with its own snapshot of the guest data it came with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.channel import Channel
from crm.models import Contact
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue


class BookingKind(models.TextChoices):
    RESERVATION = "reservation", _("reservation")
    WALK_IN = "walk_in", _("walk-in")
    QUEUE = "queue", _("queue")


class BookingStatus(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    CONFIRMED = "confirmed", _("Confirmed")
    QUEUED = "queued", _("In the queue")
    ARRIVED = "arrived", _("Arrived")
    FINISHED = "finished", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")
    NO_SHOW = "no_show", _("No-show")
    REJECTED = "rejected", _("Rejected")


# An edit of a booking whose status was final before the edit never reaches the contact (R-WRITE-3).
FINAL = frozenset(
    {
        BookingStatus.ARRIVED,
        BookingStatus.FINISHED,
        BookingStatus.CANCELLED,
        BookingStatus.NO_SHOW,
        BookingStatus.REJECTED,
    }
)
# What counts as a visit (R-VISIT-1).
PRESENT = frozenset({BookingStatus.ARRIVED, BookingStatus.FINISHED})
OPEN = frozenset(BookingStatus) - FINAL


class Booking(TenantModel):
    """A reservation, walk-in or queue entry.

    `service_date` is the venue's day of `starts_at` (R-VISIT-2). `guest` is the guest data as they came. `status_at` is
    the time of the tap, `status_by` who made it. `version` is raised by every edit.
    """

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = TenantForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    kind = models.CharField(max_length=12, choices=BookingKind)
    channel = models.CharField(max_length=12, choices=Channel)
    status = models.CharField(max_length=10, choices=BookingStatus)
    starts_at = models.DateTimeField()
    service_date = models.DateField()
    party_size = models.PositiveSmallIntegerField()
    notes = models.CharField(max_length=1000, blank=True)
    table = models.CharField(max_length=40, blank=True)
    occasion = models.CharField(max_length=80, blank=True)
    is_late = models.BooleanField(default=False)
    provider = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    guest = models.JSONField(default=dict)
    arrived_at = models.DateTimeField(null=True)
    status_at = models.DateTimeField()
    status_by = models.CharField(max_length=160, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "venue", "provider", "external_id"],
                name="one_booking_per_external_id",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(condition=models.Q(party_size__gte=1), name="somebody_is_coming"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "venue", "service_date", "starts_at"], name="booking_by_day"),
            models.Index(fields=["tenant", "starts_at", "id"], name="booking_by_start"),
            models.Index(fields=["tenant", "updated_at", "id"], name="booking_by_update"),
            models.Index(fields=["tenant", "contact", "starts_at"], name="booking_by_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}, {self.party_size} guests"

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def guest_name(self) -> str:
        return f"{self.guest.get('first_name', '')} {self.guest.get('last_name', '')}".strip()
