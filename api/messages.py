"""`messages/` and `contacts/{id}/messages/`: what was written to guests and by them, and writing to one (R-CRM-7)."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from api import contacts, pagination, references, shape
from api.endpoint import Endpoint
from api.message_document import MessageDocument, represent
from api.pagination import PageShape
from api.permissions import Required
from api.problems import refused_field
from api.schema import describe
from crm.models import Contact
from outreach import message_templates, sending, wording
from outreach.models import (
    SENDING_CHANNELS,
    SUBJECT_LENGTH,
    TEXT_LENGTH,
    Message,
    MessageChannel,
    MessageKind,
    MessageStatus,
    MessageTemplate,
)
from outreach.sending import Draft
from tenants import scope
from tenants.models import Venue
from tenants.permissions import Permission

CHANNEL_CHOICES = [(one.value, one.label) for one in SENDING_CHANNELS]
SUGGESTED = (MessageKind.ASK_OPINION, MessageKind.INVITE)
ORDERINGS = pagination.orderings(at=("at", "id"))


class MessageShape(shape.Shape):
    channel = shape.Choice(choices=CHANNEL_CHOICES)
    template = shape.OptionalText(
        max_length=80, help_text="The id of a template; or ask_opinion or invite, in the guest's language."
    )
    subject = shape.OptionalText(max_length=SUBJECT_LENGTH, help_text="E-mail only; instead of the template's.")
    text = shape.OptionalText(max_length=TEXT_LENGTH, help_text="Instead of the template's.")
    venue = shape.Id(required=False, allow_null=True, help_text="The venue that knows the guest best, if absent.")

    class Meta:
        ref_name = "NewMessage"


class MessageQuery(PageShape):
    contact = shape.Id(required=False)
    venue = shape.Id(required=False)
    status = serializers.ListField(child=serializers.ChoiceField(MessageStatus.choices), required=False)
    ordering = serializers.ChoiceField([(name, name) for name in ORDERINGS], required=False)


LOOKUPS = {"contact": "contact_id", "venue": "venue_id", "status": "status__in"}
EXAMPLE = {"channel": "email", "template": "ask_opinion"}


class MessageList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.MESSAGES_READ}

    @describe("List messages, newest first", query=MessageQuery, answer=pagination.listing(MessageDocument))
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(MessageQuery)
        rows = visible().filter(**{LOOKUPS[name]: value for name, value in parameters.items() if name in LOOKUPS})
        return self.page(rows, represent, by="-at", table=ORDERINGS, parameters=parameters)


class MessageDetail(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.MESSAGES_READ}

    @describe("Read a message", answer=MessageDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([visible().get(pk=id)])[0])


class ContactMessages(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.MESSAGES_SEND}

    @describe(
        "Write to a contact; the message is queued and leaves the house from the worker",
        description="409 `not_marketable` for an invitation, or any other marketing, without consent. A request for an opinion "
        "needs none, once per visit and in the words of its template; with a `subject` or `text` of its own it is marketing.",
        body=MessageShape,
        answer=MessageDocument,
        status=201,
        example=EXAMPLE,
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        draft = _draft(contact, self.body(MessageShape))
        self.subject = contact.pk
        return self.answer(represent([sending.send(draft, at=timezone.now())])[0], status=201)


def visible() -> QuerySet[Message]:
    """The tenant's messages, or those of the one venue that the key is bound to."""
    bound = scope.actor().venue_id
    rows: QuerySet[Message] = Message.objects.all()
    return rows if bound is None else rows.filter(venue_id=bound)


def _draft(contact: Contact, values: dict[str, Any]) -> Draft:
    channel = MessageChannel(values["channel"])
    return Draft(
        contact=contact,
        venue=_venue(contact, values.get("venue")),
        channel=channel,
        template=_template(values.get("template", ""), contact, channel),
        subject=values.get("subject", ""),
        text=values.get("text", ""),
    )


def _venue(contact: Contact, venue_id: UUID | None) -> Venue:
    named = venue_id or scope.actor().venue_id
    return references.venue(named) if named else sending.usual_venue(contact)


def _template(name: str, contact: Contact, channel: MessageChannel) -> MessageTemplate | None:
    if not name:
        return None
    if name in SUGGESTED:
        return message_templates.suggested(MessageKind(name), language=wording.language_of(contact), channel=channel)
    is_id = shape.CANONICAL_ID.fullmatch(name)
    found: MessageTemplate | None = MessageTemplate.objects.filter(pk=name).first() if is_id else None
    if found is None:
        raise refused_field("template", "unknown_id", _("There is no such template."))
    return found
