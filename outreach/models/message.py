"""Messages between the house and its guests, and the texts they are written from."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.gate import Purpose
from crm.models import Contact
from tenants.base import TenantForeignKey, TenantModel
from tenants.models import Venue


class Direction(models.TextChoices):
    IN = "in", _("received")
    OUT = "out", _("sent")


class MessageChannel(models.TextChoices):
    """How a message travels. Only e-mail and SMS leave the house; an app and a form bring what guests write."""

    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    APP = "app", _("app")
    FORM = "form", _("contact form")


class MessageKind(models.TextChoices):
    ASK_OPINION = "ask_opinion", _("request for an opinion")
    INVITE = "invite", _("invitation")
    REPLY = "reply", _("reply")
    FREE = "free", _("message")
    INQUIRY = "inquiry", _("inquiry")


class MessageStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    RECEIVED = "received", _("Received")


SENDING_CHANNELS = (MessageChannel.EMAIL, MessageChannel.SMS)
TEMPLATE_KINDS = (MessageKind.ASK_OPINION, MessageKind.INVITE, MessageKind.FREE)
SUBJECT_LENGTH, TEXT_LENGTH = 200, 5000


class MessageTemplate(TenantModel):
    """A text that staff send again and again, in one language for one channel, with placeholders (outreach.wording).

    Those with `is_builtin` stand for the suggested messages; while their `text` is empty, the words of the program hold.
    """

    kind = models.CharField(max_length=12, choices=[(one.value, one.label) for one in TEMPLATE_KINDS])
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    channel = models.CharField(max_length=5, choices=[(one.value, one.label) for one in SENDING_CHANNELS])
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    is_builtin = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "language", "channel"],
                name="one_builtin_template_per_kind_language_and_channel",
                condition=models.Q(is_builtin=True),
            ),
            models.UniqueConstraint(
                fields=["tenant", "name", "language", "channel"],
                name="one_template_per_name_language_and_channel",
                condition=models.Q(is_builtin=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "created_at", "id"], name="template_by_time")
        ]

    def __str__(self) -> str:
        return self.name


class Message(TenantModel):
    """A message to or from a contact.

    `address` is where it goes, as it was when it was written; `purpose` is what the consent gate is asked for. `at` is when
    it was written, `sent_on` the venue's day of that. A worker that set `claimed_at` is the only one that may send it.
    `error` is a stable code, `error_detail` what the mail server or the provider said.
    """

    contact = TenantForeignKey(Contact, on_delete=models.PROTECT, related_name="messages", db_index=False)
    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    template = TenantForeignKey(MessageTemplate, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    campaign = TenantForeignKey(
        "Campaign", null=True, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    direction = models.CharField(max_length=3, choices=Direction)
    channel = models.CharField(max_length=5, choices=MessageChannel)
    kind = models.CharField(max_length=12, choices=MessageKind)
    purpose = models.CharField(max_length=10, choices=Purpose, blank=True)
    status = models.CharField(max_length=8, choices=MessageStatus)
    address = models.CharField(max_length=254, blank=True, db_collation="C")
    language = models.CharField(max_length=5, blank=True)
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    text = models.TextField(max_length=TEXT_LENGTH)
    error = models.CharField(max_length=24, blank=True)
    error_detail = models.CharField(max_length=300, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    sent_on = models.DateField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=160, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "campaign", "address"],
                name="one_message_per_campaign_and_address",
                condition=models.Q(campaign__isnull=False) & ~models.Q(address=""),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "at", "id"], name="message_by_time"),
            models.Index(fields=["tenant", "contact", "at", "id"], name="message_by_contact"),
            models.Index(fields=["tenant", "created_at"], name="message_queued", condition=models.Q(status="queued")),
            models.Index(fields=["tenant", "at", "id"], name="message_received", condition=models.Q(direction="in")),
            models.Index(fields=["tenant", "at", "id"], name="message_failed", condition=models.Q(status="failed")),
            models.Index(
                fields=["tenant", "template"], name="message_by_template", condition=models.Q(template__isnull=False)
            ),
            models.Index(
                fields=["tenant", "campaign", "status"],
                name="message_by_campaign",
                condition=models.Q(campaign__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.text[:40]
