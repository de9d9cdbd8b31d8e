"""The table of invitations. Its rules live in staff/invitations.py."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenants.base import TenantModel
from tenants.permissions import Role


class Invitation(TenantModel):
    """A place in the tenant offered to an e-mail: open until it is accepted, withdrawn or past `expires_at`."""

    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role)
    language = models.CharField(max_length=5)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_per_email",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.role})"
