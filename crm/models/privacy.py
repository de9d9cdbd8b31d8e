"""What is kept apart for the sake of privacy: health notes, requests of guests, and approvals of forgetting (R-PRIV)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.contact import Contact
from tenants.base import TenantForeignKey, TenantModel


class HealthNote(TenantModel):
    """A contact's allergies and diet, sealed (crm.sealing): the database never holds the text (R-PRIV-3).

    A contact without a note has no row. `key_id` names the key that opens `sealed`.
    """

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="health_notes", db_index=False)
    key_id = models.CharField(max_length=16, db_collation="C")
    sealed = models.BinaryField()
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "contact"], name="one_health_note_per_contact")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}"


class PrivacyRequestKind(models.TextChoices):
    ACCESS = "access", _("access to the data")
    ERASURE = "erasure", _("erasure of the data")


class PrivacyRequest(TenantModel):
    """A guest's request to see or to erase what is held on them (R-PRIV-2).

    Days are local days of the house. `subject_hash` is the keyed hash of the address; name and address go once the request
    is done. `due_on` is a month after `received_on`, or later for a reason that the guest was told.
    """

    kind = models.CharField(max_length=7, choices=PrivacyRequestKind)
    subject_name = models.CharField(max_length=200, blank=True)
    subject_address = models.CharField(max_length=254, blank=True)
    subject_hash = models.CharField(max_length=64, blank=True, db_collation="C")
    received_on = models.DateField()
    due_on = models.DateField()
    extension_reason = models.CharField(max_length=300, blank=True)
    done_on = models.DateField(null=True)
    done_by = models.CharField(max_length=160, blank=True)
    notes = models.TextField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "due_on", "id"], name="privacy_request_by_due")
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.received_on}"

    @property
    def is_done(self) -> bool:
        return self.done_on is not None


class RetentionApproval(TenantModel):
    """That somebody looked at whom a retention of so many months would forget, and agreed (R-PRIV-2)."""

    months = models.PositiveSmallIntegerField()
    contact_count = models.PositiveIntegerField()
    approved_by = models.CharField(max_length=160, blank=True)
    approved_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "approved_at"], name="retention_approval_by_time")
        ]

    def __str__(self) -> str:
        return f"{self.months}, {self.approved_at:%Y-%m-%d}"
