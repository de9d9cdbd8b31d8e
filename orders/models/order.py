"""Orders with their lines and refunds; each keeps its own snapshot of the guest data it came with (R-ORDER-1)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.channel import Channel
from crm.models import Contact
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue


class OrderKind(models.TextChoices):
    TAKEAWAY = "takeaway", _("takeaway")
    DELIVERY = "delivery", _("delivery")
    SELF_ORDER = "self_order", _("self-order")
    DINE_IN = "dine_in", _("dine-in")
    VOUCHER = "voucher", _("voucher")
    EVENT = "event", _("event")
    BOX = "box", _("box")


class OrderStatus(models.TextChoices):
    NEW = "new", _("New")
    ACCEPTED = "accepted", _("Accepted")
    PREPARING = "preparing", _("Preparing")
    READY = "ready", _("Ready")
    FULFILLED = "fulfilled", _("Fulfilled")
    CANCELLED = "cancelled", pgettext_lazy("order", "Cancelled")
    REJECTED = "rejected", pgettext_lazy("order", "Rejected")
    REFUNDED = "refunded", _("Refunded")


# An edit of an order whose status was final before the edit never reaches the contact (R-WRITE-3).
FINAL = frozenset({OrderStatus.FULFILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.REFUNDED})
OPEN = frozenset(OrderStatus) - FINAL


class Order(TenantModel):
    """An order of take-away, delivery, at the table, or for a voucher, an event, a box.

    Amounts are minor units of `currency`. `total_minor` is what orders.totals asks for; `taxes` is a list of
    {name, amount_minor, is_included}. `refunded_minor` is the sum of its refunds, kept by orders.refunding under lock.
    `service_date` is the venue's day of `fulfilled_at` (R-VISIT-2), null until the order is fulfilled. `guest` is the
    guest data as they came. `status_at` is the time of the tap, `status_by` who made it. `version` is raised by every edit.
    """

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = TenantForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="orders", db_index=False)
    kind = models.CharField(max_length=12, choices=OrderKind)
    channel = models.CharField(max_length=12, choices=Channel)
    status = models.CharField(max_length=10, choices=OrderStatus)
    provider = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True, db_collation="C")
    placed_at = models.DateTimeField()
    fulfilled_at = models.DateTimeField(null=True)
    service_date = models.DateField(null=True)
    notes = models.CharField(max_length=1000, blank=True)
    guest = models.JSONField(default=dict)
    taxes = models.JSONField(default=list)
    tip_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    status_at = models.DateTimeField()
    status_by = models.CharField(max_length=160, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "venue", "provider", "external_id"],
                name="one_order_per_external_id",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(
                condition=models.Q(tip_minor__gte=0, discount_minor__gte=0, total_minor__gte=0),
                name="order_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(refunded_minor__gte=0, refunded_minor__lte=models.F("total_minor")),
                name="refunds_within_the_total",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "contact", "placed_at", "id"], name="order_by_contact"),
            models.Index(fields=["tenant", "venue", "placed_at", "id"], name="order_by_venue"),
            models.Index(fields=["tenant", "placed_at", "id"], name="order_by_placing"),
            models.Index(fields=["tenant", "updated_at", "id"], name="order_by_update"),
            # Most are fulfilled; the open ones, whom the board asks for, are few.
            models.Index(
                fields=["tenant", "status", "placed_at", "id"],
                name="order_by_status",
                condition=~models.Q(status=OrderStatus.FULFILLED),
            ),
            models.Index(
                fields=["tenant", "service_date", "contact"],
                name="order_by_day",
                condition=models.Q(service_date__isnull=False),
            ),
            models.Index(
                fields=["tenant", "external_id"], name="order_by_external_id", condition=~models.Q(external_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.placed_at:%Y-%m-%d %H:%M}, {self.kind}"

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def guest_name(self) -> str:
        return f"{self.guest.get('first_name', '')} {self.guest.get('last_name', '')}".strip()


class OrderLine(TenantModel):
    """An item of an order. The keys are the folded name and category, by which buyers are found (R-CRM-5)."""

    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField()
    category = models.CharField(max_length=120, blank=True)
    item_key = models.CharField(max_length=120, db_collation="C")
    category_key = models.CharField(max_length=120, blank=True, db_collation="C")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "order", "position"], name="one_order_line_per_position"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, unit_price_minor__gte=0), name="something_was_ordered"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "item_key", "order"], name="order_line_by_item"),
            models.Index(fields=["tenant", "category_key", "item_key", "order"], name="order_line_by_keys"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"


class Refund(TenantModel):
    """Money of an order that went back, in part or in full (R-ORDER-4); never edited."""

    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="refunds", db_index=False)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    refunded_at = models.DateTimeField()
    refunded_by = models.CharField(max_length=160, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refund_of_something"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "order", "refunded_at", "id"], name="refund_by_order"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor}"
