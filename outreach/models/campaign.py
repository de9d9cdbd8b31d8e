"""Campaigns: one template to many guests, and to whom each went."""

from __future__ import annotations

import datetime
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Contact, ContactGroup, Segment
from outreach.models.message import SENDING_CHANNELS, TEMPLATE_KINDS, MessageKind, MessageTemplate
from tenants.base import TenantForeignKey, TenantModel
from tenants.leasing import LEASE, Leased, Leases
from tenants.models import Venue
from tenants.scope import ActorKind


class CampaignStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")


class Exclusion(models.TextChoices):
    """Why somebody of a group or segment is not written to. Values are public and stable."""

    NO_ADDRESS = "no_address", _("no address on this channel")
    DUPLICATE_ADDRESS = "duplicate_address", _("the same address as another contact")
    CONTACT_DELETED = "contact_deleted", _("not in the list any more")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    NOT_MARKETABLE = "not_marketable", _("has not agreed to be written to")
    UNDELIVERABLE = "undeliverable", _("the address does not work")
    ERASURE_ASKED = "erasure_asked", _("asked for their data to be cleared")
    ADDRESS_CHANGED = "address_changed", _("has another address now")


class RecipientStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    LATER = "later", _("to be tried again")
    AGAIN = "again", _("being tried again")
    WRITTEN = "written", _("written to")
    EXCLUDED = "excluded", _("left out")


class Campaign(Leased):
    """A template that staff send to a group or a segment of a venue's guests (R-CRM-10).

    From the moment it is sent, nothing that it was made of can change it any more: `words` are the template's texts by
    language as they stood then, and `language` the one for guests who read none of them; the recipients are rows of their
    own. `left_out` counts, by reason, who got no row. The names of what it was made of stay when that is deleted; a
    suggested message has none. `attempt_count` is how often in a row it did not get on, `failure` why.
    """

    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=5, choices=[(one.value, one.label) for one in SENDING_CHANNELS])
    group = TenantForeignKey(ContactGroup, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    segment = TenantForeignKey(Segment, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    template = TenantForeignKey(MessageTemplate, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    audience_name = models.CharField(max_length=80)
    template_name = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=12, choices=[(one.value, one.label) for one in TEMPLATE_KINDS])
    words = models.JSONField(default=dict)
    language = models.CharField(max_length=5, blank=True)
    status = models.CharField(max_length=9, choices=CampaignStatus, default=CampaignStatus.DRAFT)
    recipient_count = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=dict)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=10, choices=ActorKind, blank=True)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=160, blank=True)
    created_by = models.CharField(max_length=160, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "created_at", "id"], name="campaign_by_time"),
            models.Index(fields=["lease_until"], name="campaign_at_work", condition=models.Q(status="sending")),
        ]

    def __str__(self) -> str:
        return f"{self.text_name}: {self.audience_name}"

    @property
    def text_name(self) -> str:
        """The template's name; that of a suggested message in the reader's language."""
        return self.template_name or MessageKind(self.kind).label.capitalize()

    @property
    def retry_at(self) -> datetime.datetime | None:
        """When it goes on, of a campaign that waits because messages did not leave."""
        is_waiting = self.status == CampaignStatus.SENDING and self.failure and not self.lease_holder
        return self.lease_until if is_waiting else None

    @property
    def owner_id(self) -> UUID:
        """The tenant, never absent on a stored campaign."""
        return UUID(str(self.tenant_id))


NOT_WRITTEN = (RecipientStatus.WAITING, RecipientStatus.LATER, RecipientStatus.AGAIN)
# A step may wait for a mail server, for as long as the whole mail may take (outreach.smtp).
CAMPAIGN_LEASES = Leases(
    Campaign,
    at_work=(CampaignStatus.SENDING,),
    due_function="due_campaigns",
    lease=LEASE + datetime.timedelta(seconds=settings.EMAIL_TIMEOUT),
)


class CampaignRecipient(TenantModel):
    """An address that a campaign goes to, fixed when sending starts. How it went is told by its message.

    LATER is one to which no message left, AGAIN the same when all others had their turn and it comes once more.
    `reason` says why an excluded one was not written to. Erased, a row keeps its place without the address, and of one
    written to the reason that it had unsubscribed since.
    """

    campaign = TenantForeignKey(Campaign, on_delete=models.CASCADE, related_name="recipients", db_index=False)
    contact = TenantForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    address = models.CharField(max_length=254, db_collation="C")
    status = models.CharField(max_length=8, choices=RecipientStatus, default=RecipientStatus.WAITING)
    reason = models.CharField(max_length=24, blank=True, choices=Exclusion)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "campaign", "address"],
                name="an_address_once_per_campaign",
                condition=~models.Q(address=""),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "campaign", "status", "reason", "id"], name="recipient_by_status"),
            models.Index(fields=["tenant", "contact"], name="recipient_by_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.status}"
