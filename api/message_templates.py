"""`message-templates/`: the suggested messages and the tenant's own texts (R-CRM-7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import pagination, shape
from api.endpoint import Endpoint
from api.messages import CHANNEL_CHOICES
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from outreach import message_templates, suggested_texts
from outreach.message_templates import NewTemplate
from outreach.models import (
    SUBJECT_LENGTH,
    TEMPLATE_KINDS,
    TEXT_LENGTH,
    MessageChannel,
    MessageKind,
    MessageTemplate,
)
from tenants.permissions import Permission

KIND_CHOICES = [(one.value, one.label) for one in TEMPLATE_KINDS]
LANGUAGE_CHOICES = list(settings.LANGUAGES)
PLACEHOLDERS = "May hold {first_name}, {last_name} and {venue}."


class TemplateDocument(serializers.Serializer[Any]):
    """A suggested message (`is_builtin`) says what the program says until staff edit it (`is_edited`)."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(KIND_CHOICES)
    name = serializers.CharField()
    language = serializers.ChoiceField(LANGUAGE_CHOICES)
    channel = serializers.ChoiceField(CHANNEL_CHOICES)
    subject = serializers.CharField()
    text = serializers.CharField(help_text=PLACEHOLDERS)
    is_builtin = serializers.BooleanField()
    is_edited = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "MessageTemplate"


class TemplateShape(shape.Shape):
    kind = shape.Choice(choices=KIND_CHOICES)
    name = shape.Text(max_length=80)
    language = shape.Choice(choices=LANGUAGE_CHOICES)
    channel = shape.Choice(choices=CHANNEL_CHOICES)
    subject = shape.OptionalText(max_length=SUBJECT_LENGTH, help_text="E-mail only.")
    text = shape.Text(max_length=TEXT_LENGTH, help_text=PLACEHOLDERS)

    class Meta:
        ref_name = "NewMessageTemplate"


class TemplateChangesShape(shape.Shape):
    """What a template is for, its language and its channel stay."""

    name = shape.Text(max_length=80)
    subject = shape.OptionalText(max_length=SUBJECT_LENGTH)
    text = shape.OptionalText(max_length=TEXT_LENGTH, help_text="Emptied, a suggested message says the original again.")

    class Meta:
        ref_name = "MessageTemplateChanges"


class TemplateQuery(PageShape):
    kind = serializers.ChoiceField(KIND_CHOICES, required=False)
    language = serializers.ChoiceField(LANGUAGE_CHOICES, required=False)
    channel = serializers.ChoiceField(CHANNEL_CHOICES, required=False)


EXAMPLE = {
    "kind": "invite",
    "name": "Truffle season",
    "language": "en",
    "channel": "email",
    "subject": "Truffles at {venue}",
    "text": "Hello {first_name}, the first truffles are here: come and taste.",
}


class TemplateList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.MESSAGES_READ, "POST": Permission.TEMPLATES_MANAGE}
    ORDERINGS = pagination.orderings(created_at=("created_at", "id"))

    @describe("List the message templates", query=TemplateQuery, answer=pagination.listing(TemplateDocument))
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(TemplateQuery)
        wanted = {name: parameters[name] for name in ("kind", "language", "channel") if name in parameters}
        rows: QuerySet[MessageTemplate] = MessageTemplate.objects.filter(**wanted)
        return self.page(rows, represent, by="created_at", table=self.ORDERINGS, parameters=parameters)

    @describe("Add a message template", body=TemplateShape, answer=TemplateDocument, status=201, example=EXAMPLE)
    def post(self, request: Request) -> HttpResponse:
        values = self.body(TemplateShape)
        kind, channel = MessageKind(values.pop("kind")), MessageChannel(values.pop("channel"))
        created = message_templates.create(NewTemplate(kind=kind, channel=channel, **values))
        return self.answer(represent([created])[0], status=201)


class TemplateDetail(Endpoint):
    required: ClassVar[Required] = {
        "GET": Permission.MESSAGES_READ,
        "PATCH": Permission.TEMPLATES_MANAGE,
        "DELETE": Permission.TEMPLATES_MANAGE,
    }

    @describe("Read a message template", answer=TemplateDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([MessageTemplate.objects.get(pk=id)])[0])

    @describe(
        "Reword a template", body=TemplateChangesShape, answer=TemplateDocument, example={"subject": "Back at {venue}?"}
    )
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        template: MessageTemplate = MessageTemplate.objects.get(pk=id)
        edited = message_templates.edit(template, self.body(TemplateChangesShape, partial=True))
        return self.answer(represent([edited])[0])

    @describe("Delete a template of your own", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        template: MessageTemplate = MessageTemplate.objects.get(pk=id)
        self.empty_query()
        message_templates.delete(template)
        return self.answer(status=204)


def represent(rows: Iterable[MessageTemplate]) -> list[dict[str, Any]]:
    return [_document(template) for template in rows]


def _document(template: MessageTemplate) -> dict[str, Any]:
    words = suggested_texts.wording(template)
    return {
        "id": template.pk,
        "kind": template.kind,
        "name": message_templates.name_of(template),
        "language": template.language,
        "channel": template.channel,
        "subject": words.subject,
        "text": words.text,
        "is_builtin": template.is_builtin,
        "is_edited": template.is_builtin and bool(template.text),
        "created_at": template.created_at,
        "updated_at": template.updated_at,
    }
