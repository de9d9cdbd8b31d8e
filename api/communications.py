"""`contacts/{id}/communications/`: messages in and out, and inquiries, newest first (R-CRM-3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import contacts, pagination
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from outreach import history
from outreach.models import Direction, Inquiry, Message, MessageChannel, MessageKind, MessageStatus
from tenants import scope
from tenants.permissions import Permission


class CommunicationDocument(serializers.Serializer[Any]):
    """`link` is the address of the message or the inquiry itself."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(MessageKind.choices)
    direction = serializers.ChoiceField(Direction.choices)
    channel = serializers.ChoiceField(MessageChannel.choices)
    status = serializers.ChoiceField(MessageStatus.choices)
    venue = serializers.UUIDField()
    subject = serializers.CharField()
    text = serializers.CharField()
    error = serializers.CharField()
    at = serializers.DateTimeField()
    sent_by = serializers.CharField()
    link = serializers.CharField()

    class Meta:
        ref_name = "Communication"


class ContactCommunicationList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.MESSAGES_READ}
    ORDERINGS = pagination.orderings(at=("at", "id"))

    @describe(
        "What was written to a contact and by it, newest first",
        query=PageShape,
        answer=pagination.listing(CommunicationDocument),
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        rows = history.of(contacts.find(id), venue_id=scope.actor().venue_id)
        return self.page(cast("QuerySet[Any]", rows), represent, by="-at", table=self.ORDERINGS)


def represent(rows: Iterable[Message | Inquiry]) -> list[dict[str, Any]]:
    return [_inquiry(row) if isinstance(row, Inquiry) else _message(row) for row in rows]


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "type": message.kind,
        "direction": message.direction,
        "channel": message.channel,
        "status": message.status,
        "venue": message.venue_id,
        "subject": message.subject,
        "text": message.text,
        "error": message.error,
        "at": message.at,
        "sent_by": message.sent_by,
        "link": f"/api/v1/messages/{message.pk}/",
    }


def _inquiry(inquiry: Inquiry) -> dict[str, Any]:
    return {
        "id": inquiry.pk,
        "type": MessageKind.INQUIRY,
        "direction": Direction.IN,
        "channel": MessageChannel.FORM,
        "status": MessageStatus.RECEIVED,
        "venue": inquiry.venue_id,
        "subject": inquiry.subject,
        "text": inquiry.message,
        "error": "",
        "at": inquiry.received_at,
        "sent_by": "",
        "link": f"/api/v1/inquiries/{inquiry.pk}/",
    }
