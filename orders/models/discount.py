"""The tenant's discounts, who has which for good, and the orders they were applied to (R-ORDER-3)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Contact
from orders.models.order import Order
from tenants.base import TenantForeignKey, TenantModel


class DiscountKind(models.TextChoices):
    PERCENT = "percent", _("percent")
    AMOUNT = "amount", _("amount")


class Discount(TenantModel):
    """A discount of the tenant's list: `percent` of an order's items, or `amount_minor` minor units of `currency`.

    One that is not active stays with its contacts, but is neither shown as theirs nor applied.
    """

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=7, choices=DiscountKind)
    percent = models.PositiveSmallIntegerField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "name"], name="one_discount_per_name"),
            models.CheckConstraint(
                condition=models.Q(kind="percent", percent__gte=1, percent__lte=100, amount_minor=None, currency="")
                | models.Q(~models.Q(currency=""), kind="amount", percent=None, amount_minor__gte=1),
                name="discount_is_percent_or_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FixedDiscount(TenantModel):
    """The one discount that a contact has on all its orders."""

    contact = TenantForeignKey(Contact, on_delete=models.PROTECT, related_name="fixed_discounts", db_index=False)
    discount = TenantForeignKey(Discount, on_delete=models.PROTECT, related_name="+", db_index=False)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "contact"], name="one_fixed_discount_per_contact")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "discount"], name="fixed_discount_by_discount")
        ]

    def __str__(self) -> str:
        return f"{self.discount_id}"


class AppliedDiscount(TenantModel):
    """That an order was given its guest's fixed discount, once, with the name it had; minor units of the order's currency.

    `discount` is null once the discount is gone from the list.
    """

    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="applied_discounts", db_index=False)
    discount = TenantForeignKey(Discount, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    applied_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "order"], name="one_fixed_discount_per_order")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "discount"], name="applied_discount_by_discount")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount_minor}"
