from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from crm.models.contact import Contact
from tenants.base import TenantForeignKey, TenantModel


class Tag(TenantModel):
    """A tag of the tenant: one of the nine system tags, whose labels are translated in code, or its own (R-CRM-6)."""

    key = models.CharField(max_length=40)
    label = models.CharField(max_length=40)
    is_system = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_tag_per_key")
        ]

    def __str__(self) -> str:
        return self.label


class ContactTag(TenantModel):
    """A tag set on a contact by hand; `is_automatic` ones come from rules and don't count towards nine.

    `reason` says why a rule set it: the rule's key and the numbers that met it, such as {"rule": "regular", "count": 7}.
    """

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="contact_tags", db_index=False)
    tag = TenantForeignKey(Tag, on_delete=models.CASCADE, related_name="contact_tags", db_index=False)
    is_automatic = models.BooleanField(default=False)
    reason = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "contact", "tag"], name="a_tag_once_per_contact")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "tag", "contact"], name="contacts_by_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.tag_id}"


class LiftedTag(TenantModel):
    """An automatic tag that staff took off a contact, with their reason; it returns only after a new event (R-CRM-6)."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="lifted_tags", db_index=False)
    tag = TenantForeignKey(Tag, on_delete=models.CASCADE, related_name="+", db_index=False)
    reason = models.CharField(max_length=200)
    lifted_by = models.CharField(max_length=160, blank=True)
    lifted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "contact", "tag"], name="a_tag_lifted_once_per_contact")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.tag_id}"
