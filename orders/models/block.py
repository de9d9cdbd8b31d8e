"""Who may not order, and the orders that were refused (R-ORDER-2)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from crm.models import Contact, IdentifierKind
from orders.models.order import OrderKind
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue


class OrderingBlock(TenantModel):
    """That a contact may not order, from the moment it was set until it is lifted, which deletes the row."""

    contact = TenantForeignKey(Contact, on_delete=models.PROTECT, related_name="ordering_blocks", db_index=False)
    blocked_at = models.DateTimeField(default=timezone.now)
    blocked_by = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "contact"], name="one_ordering_block_per_contact")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}"


class BlockedAddress(TenantModel):
    """That who has this address may not order, since a guest who had it was blocked and is erased (R-PRIV-1).

    `digest` is its keyed hash, and `contact` who was erased. A phone counts where there is no e-mail; `is_alone` says that
    the guest had none, so that it counts beside any.
    """

    digest = models.CharField(max_length=64, db_collation="C")
    kind = models.CharField(max_length=5, choices=IdentifierKind)
    is_alone = models.BooleanField(default=False)
    contact = TenantForeignKey(Contact, on_delete=models.PROTECT, related_name="blocked_addresses", db_index=False)
    blocked_at = models.DateTimeField()
    blocked_by = models.CharField(max_length=160, blank=True)

    class Meta:
        verbose_name_plural = "blocked addresses"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "digest"], name="one_block_per_erased_address")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "contact"], name="blocked_address_by_contact")
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.blocked_at:%Y-%m-%d}"


class OrderAttempt(TenantModel):
    """An order that was refused as if, or because, the venue had paused ordering.

    `contact` is the blocked guest; null when the venue had really paused. Minor units of `currency`.
    """

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = TenantForeignKey(
        Contact, null=True, on_delete=models.PROTECT, related_name="order_attempts", db_index=False
    )
    attempted_at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=OrderKind)
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "contact", "attempted_at", "id"], name="attempt_by_contact")
        ]

    def __str__(self) -> str:
        return f"{self.attempted_at:%Y-%m-%d %H:%M}, {self.kind}"
