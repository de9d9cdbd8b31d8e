"""The consent ledger, and the status derived from it (R-CONSENT-1)."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.status import ConsentChannel, Event, Status
from crm.models import Contact
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue
from tenants.scope import ActorKind


class Source(models.TextChoices):
    """Where a consent came from. Values are public and stable."""

    BOOKING = "booking", _("booking")
    ORDER = "order", _("order")
    RECEIPT = "receipt", _("receipt")
    WIFI = "wifi", _("WiFi")
    PROMOTION = "promotion", _("promotion")
    FORM = "form", _("contact form")
    FOLLOW = "follow", _("app")
    IMPORT = "import", _("import")
    STAFF = "staff", _("staff")
    API = "api", _("API")
    PAGE = "page", _("preference page")
    MESSAGE = "message", _("reply or complaint")


class ConsentEntry(TenantModel):
    """One line of the ledger: what happened to the consent of an address, and what it made of it.

    `address` is in normal form (R-ID-3, R-ID-4). `number` counts the entries of one venue, channel and address: two
    writers cannot both add the same one. `status` is what follows; `renews_clock` starts the time of an implied consent.
    `pending_since` is when a confirmation still waited for was asked. `contact` is who held the address then. `at` is the
    time of the event, `created_at` when we wrote it. The app may insert and read, nothing else.
    """

    is_append_only: ClassVar[bool] = True

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=5, choices=ConsentChannel)
    address = models.CharField(max_length=254, db_collation="C")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=24, choices=Event)
    status = models.CharField(max_length=12, choices=Status)
    renews_clock = models.BooleanField(default=False)
    pending_since = models.DateTimeField(null=True)
    contact = TenantForeignKey(
        Contact, null=True, on_delete=models.PROTECT, related_name="consent_entries", db_index=False
    )
    source = models.CharField(max_length=10, choices=Source)
    source_id = models.UUIDField(null=True)
    evidence = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=160, blank=True)
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "address", "venue", "channel", "number"], name="one_consent_entry_per_number"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["contact"], name="consent_entry_by_contact")]

    def __str__(self) -> str:
        return f"{self.address} {self.event}: {self.status}"


class ConsentStatus(TenantModel):
    """What the ledger amounts to now, for one venue, channel and address. Derived: consent.rebuilding makes it anew.

    `changed_at` and `source` are those of the entry that brought the status; `number` is that of the last entry.
    """

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=5, choices=ConsentChannel)
    address = models.CharField(max_length=254, db_collation="C")
    status = models.CharField(max_length=12, choices=Status, default=Status.NONE)
    pending_since = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Source)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "address", "venue", "channel"], name="one_consent_per_venue_channel_and_address"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "status", "address"], name="consent_by_status")
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.channel}: {self.status}"
