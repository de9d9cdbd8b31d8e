"""The consent ledger, and the status derived from it (R-CONSENT-1)."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.status import ConsentChannel, Event, Status
from crm.models import Contact
from tenants import keyed_hash
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue
from tenants.scope import ActorKind

# What stands before the keyed hash of an erased address in the ledger; no e-mail and no phone begins like this.
ERASED = "erased:"


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

    `changed_at` and `source` are those of the entry that brought the status, of an unsubscribed address those of the latest
    "no"; `number` is that of the last entry.
    `mailed_for` is the `pending_since` whose link was sent last: it says what the guest was sent, not what the ledger says.
    Until `link_due_at` nobody else sends the link: a worker is at it, or the server was away.
    """

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=5, choices=ConsentChannel)
    address = models.CharField(max_length=254, db_collation="C")
    status = models.CharField(max_length=12, choices=Status, default=Status.NONE)
    pending_since = models.DateTimeField(null=True)
    mailed_for = models.DateTimeField(null=True)
    link_due_at = models.DateTimeField(null=True)
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
            models.Index(fields=["tenant", "status", "address"], name="consent_by_status"),
            # For the sweeper of links, which looks over all tenants (due_confirmations).
            models.Index(
                fields=["pending_since"], name="consent_awaited", condition=models.Q(pending_since__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.channel}: {self.status}"


class ConsentSuppression(TenantModel):
    """An unsubscription that outlives its address, which is known by its keyed hash only (consent.suppression).

    `address` says it besides, from when somebody of the list has it again until that guest is erased; else it is empty.
    """

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=5, choices=ConsentChannel)
    digest = models.CharField(max_length=keyed_hash.LENGTH, db_collation="C")
    address = models.CharField(max_length=254, blank=True, db_collation="C")
    since = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Source)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "digest", "venue", "channel"], name="one_suppression_per_venue_channel_and_address"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "address"], name="suppression_by_address")
        ]

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.channel}"


class UndeliverableAddress(TenantModel):
    """An address that mail bounced off for good, in all venues; known by its keyed hash (consent.deliverability)."""

    channel = models.CharField(max_length=5, choices=ConsentChannel)
    digest = models.CharField(max_length=keyed_hash.LENGTH, db_collation="C")
    since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "undeliverable addresses"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "digest", "channel"], name="one_mark_per_undeliverable_address")
        ]

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.channel}"


class CarrierEvent(TenantModel):
    """That a carrier of SMS or mail reported something, by its own id: reported again, it is not done again.

    `kind` keeps apart what carriers number apart: sms, mail:complaint ...
    """

    kind = models.CharField(max_length=24)
    provider = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200, db_collation="C")
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "provider", "external_id"], name="one_report_per_carrier_event"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.external_id}"
