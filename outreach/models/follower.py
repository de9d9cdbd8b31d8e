"""Who follows venues in an app, and the codes that prove whose an e-mail is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from crm.models import Contact
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue


class Follower(TenantModel):
    """A user of an app under the app's own id: one contact, however many venues it follows (R-CRM-8)."""

    external_id = models.CharField(max_length=120)
    contact = TenantForeignKey(Contact, on_delete=models.PROTECT, related_name="followers", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "external_id"], name="one_follower_per_external_id")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "created_at", "id"], name="follower_by_creation"),
            models.Index(fields=["tenant", "updated_at", "id"], name="follower_by_update"),
            models.Index(fields=["tenant", "contact"], name="follower_by_contact"),
        ]

    def __str__(self) -> str:
        return self.external_id


class Follow(TenantModel):
    """A venue that a follower follows, and since when."""

    follower = TenantForeignKey(Follower, on_delete=models.CASCADE, related_name="follows", db_index=False)
    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    followed_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "follower", "venue"], name="a_venue_once_per_follower")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "venue", "follower"], name="follow_by_venue")
        ]

    def __str__(self) -> str:
        return f"{self.follower_id} {self.venue_id}"


class FormerContact(TenantModel):
    """A contact in the bin that a user of the app was before it came anew: restoring it needs the user back (R-WRITE-6)."""

    follower = TenantForeignKey(Follower, on_delete=models.CASCADE, related_name="former_contacts", db_index=False)
    contact = TenantForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "contact", "follower"], name="a_follower_once_per_former_contact")
        ]

    def __str__(self) -> str:
        return f"{self.follower_id} {self.contact_id}"


class Confirmation(TenantModel):
    """A code mailed to the e-mail that somebody gave in the app; who tells us the code owns the e-mail (R-CRM-8).

    The code itself is kept nowhere (outreach.confirming). `email` is in normal form; `guest` is what the person said of
    themselves, to be written once it is confirmed. `sent_at` is set by the worker that mailed it.
    """

    follower = TenantForeignKey(Follower, on_delete=models.CASCADE, related_name="confirmations", db_index=False)
    email = models.CharField(max_length=254, db_collation="C")
    guest = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "follower", "created_at"], name="confirmation_by_follower"),
            models.Index(fields=["tenant", "email", "created_at"], name="confirmation_by_email"),
            models.Index(fields=["tenant", "expires_at"], name="confirmation_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id}"
