"""Receipts of the till with their lines (R-ORDER-1, R-CRM-2): purchases, though no visits."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from crm.models import Contact
from orders.models.order import Order
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue


class Receipt(TenantModel):
    """A receipt of the till.

    Amounts are minor units of `currency`; `taxes` is a list of {name, amount_minor}. `business_date` is the venue's day of
    `closed_at`. One of an order is the same purchase (orders.same_purchase). `guest` is the guest data as they came.
    """

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = TenantForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="receipts", db_index=False)
    order = TenantForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="receipts", db_index=False)
    provider = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True, db_collation="C")
    closed_at = models.DateTimeField()
    business_date = models.DateField()
    guest = models.JSONField(default=dict)
    taxes = models.JSONField(default=list)
    tip_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    net_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    voided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "venue", "provider", "external_id"],
                name="one_receipt_per_external_id",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(
                condition=models.Q(tip_minor__gte=0, discount_minor__gte=0, net_minor__gte=0, total_minor__gte=0),
                name="receipt_amounts_not_negative",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "contact", "closed_at", "id"], name="receipt_by_contact"),
            models.Index(fields=["tenant", "venue", "closed_at", "id"], name="receipt_by_venue"),
            models.Index(
                fields=["tenant", "venue", "closed_at", "id"],
                name="receipt_unlinked",
                condition=models.Q(contact__isnull=True),
            ),
            models.Index(fields=["tenant", "business_date", "contact"], name="receipt_by_day"),
            models.Index(fields=["tenant", "order"], name="receipt_by_order", condition=models.Q(order__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.external_id}, {self.business_date}"

    @property
    def is_voided(self) -> bool:
        return self.voided_at is not None


class ReceiptLine(TenantModel):
    """A line of a receipt. The keys are the folded name and category, by which buyers are found (R-CRM-5)."""

    receipt = TenantForeignKey(Receipt, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    category = models.CharField(max_length=120, blank=True)
    item_key = models.CharField(max_length=120, db_collation="C")
    category_key = models.CharField(max_length=120, blank=True, db_collation="C")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "receipt", "position"], name="one_receipt_line_per_position"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, unit_price_minor__gte=0, total_minor__gte=0),
                name="something_was_bought",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "item_key", "receipt"], name="receipt_line_by_item"),
            models.Index(fields=["tenant", "category_key", "item_key", "receipt"], name="receipt_line_by_keys"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"
