"""What the pages themselves remember."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from tenants.base import TenantModel


class SentForm(TenantModel):
    """A form that did its work: the `number` it carried, and the address it led to."""

    number = models.UUIDField()
    led_to = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "number"], name="a_form_acts_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "created_at"], name="sent_form_by_time")
        ]

    def __str__(self) -> str:
        return f"{self.number}"
