"""A message as the API shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from outreach.models import Direction, Message, MessageChannel, MessageKind, MessageStatus

FIELDS = (
    "direction",
    "channel",
    "kind",
    "status",
    "address",
    "language",
    "subject",
    "text",
    "error",
    "error_detail",
    "provider_id",
    "at",
    "sent_at",
    "sent_by",
    "created_at",
    "updated_at",
)


class MessageDocument(serializers.Serializer[Any]):
    """`error` is a stable code: not_marketable, erasure_asked, contact_deleted, refused, interrupted; empty when nothing failed."""

    id = serializers.UUIDField()
    contact = serializers.UUIDField()
    venue = serializers.UUIDField()
    template = serializers.UUIDField(allow_null=True)
    campaign = serializers.UUIDField(allow_null=True)
    direction = serializers.ChoiceField(Direction.choices)
    channel = serializers.ChoiceField(MessageChannel.choices)
    kind = serializers.ChoiceField(MessageKind.choices)
    status = serializers.ChoiceField(MessageStatus.choices)
    address = serializers.CharField(help_text="Where it went; empty for what came in.")
    language = serializers.CharField()
    subject = serializers.CharField()
    text = serializers.CharField()
    error = serializers.CharField()
    error_detail = serializers.CharField(help_text="What the mail server or the SMS provider said.")
    provider_id = serializers.CharField()
    at = serializers.DateTimeField(help_text="When it was written.")
    sent_at = serializers.DateTimeField(allow_null=True)
    sent_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Message"


def represent(rows: Iterable[Message]) -> list[dict[str, Any]]:
    return [
        {
            "id": message.pk,
            "contact": message.contact_id,
            "venue": message.venue_id,
            "template": message.template_id,
            "campaign": message.campaign_id,
            **{name: getattr(message, name) for name in FIELDS},
        }
        for message in rows
    ]
