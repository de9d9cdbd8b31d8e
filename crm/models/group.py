from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from crm.models.contact import Contact
from tenants.base import TenantForeignKey, TenantModel


class ContactGroup(TenantModel):
    """A list of contacts that staff keep by hand (R-CRM-5)."""

    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "name"], name="one_group_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(TenantModel):
    """A contact's place in a group."""

    group = TenantForeignKey(ContactGroup, on_delete=models.CASCADE, related_name="members", db_index=False)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="group_members", db_index=False)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "group", "contact"], name="a_contact_once_per_group")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["contact"], name="group_member_by_contact")]

    def __str__(self) -> str:
        return f"{self.group_id} {self.contact_id}"


class Segment(TenantModel):
    """A saved set of filters, live: who is in it is asked anew each time (R-CRM-5).

    `filters` holds parameters of the guest list as they were given: for each a text, a number, true or false, or a list.
    """

    name = models.CharField(max_length=80)
    filters = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "name"], name="one_segment_per_name")
        ]

    def __str__(self) -> str:
        return self.name
