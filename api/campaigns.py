"""`campaigns/`: a template to a group or a segment, from the draft to its results (R-CRM-10)."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from api import pagination, references, shape
from api.campaign_document import (
    CHANNEL_CHOICES,
    CampaignDocument,
    CampaignPreviewDocument,
    CampaignTestDocument,
    represent,
    represent_preview,
)
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.problems import refused_field
from api.schema import describe
from crm import saved_filters
from crm.models import ContactGroup
from outreach import campaigns, message_templates, wording
from outreach.campaigns import NewCampaign
from outreach.models import Campaign, CampaignStatus, MessageChannel, MessageKind, MessageTemplate
from tenants import scope
from tenants.base import TenantModel
from tenants.permissions import Permission

Named = TypeVar("Named", bound=TenantModel)
SUGGESTED = (MessageKind.ASK_OPINION, MessageKind.INVITE)
ORDERINGS = pagination.orderings(created_at=("created_at", "id"))


class CampaignShape(shape.Shape):
    segment = shape.Id(required=False, allow_null=True, help_text="This, or a group.")
    group = shape.Id(required=False, allow_null=True)
    template = shape.Text(
        max_length=80,
        help_text="The id of a template; or ask_opinion or invite. Each guest reads it in their own language, as far as "
        "there are templates of the same name.",
    )
    channel = shape.Choice(choices=CHANNEL_CHOICES)
    venue = shape.Id(help_text="The venue that writes, whose consents hold.")

    class Meta:
        ref_name = "NewCampaign"


class CampaignTestShape(shape.Shape):
    language = shape.Choice(
        choices=list(settings.LANGUAGES), required=False, help_text="One of the template's; your own, if absent."
    )

    class Meta:
        ref_name = "NewCampaignTest"


class CampaignQuery(PageShape):
    status = serializers.ChoiceField(CampaignStatus.choices, required=False)


EXAMPLE = {
    "segment": "0198c5a0-0000-7000-8000-000000000000",
    "template": "invite",
    "channel": "email",
    "venue": "0198c5a0-0000-7000-8000-000000000001",
}


class CampaignList(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "POST"), Permission.MESSAGES_SEND)

    @describe(
        "List campaigns with their results, newest first",
        query=CampaignQuery,
        answer=pagination.listing(CampaignDocument),
    )
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(CampaignQuery)
        rows = visible().filter(**{name: value for name, value in parameters.items() if name == "status"})
        return self.page(rows, represent, by="-created_at", table=ORDERINGS, parameters=parameters)

    @describe(
        "Draft a campaign; nobody is written to yet",
        body=CampaignShape,
        answer=CampaignDocument,
        status=201,
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        created = campaigns.create(_new(self.body(CampaignShape)))
        return self.answer(represent([created])[0], status=201)


class CampaignDetail(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "DELETE"), Permission.MESSAGES_SEND)

    @describe("Follow a campaign, and read its results", answer=CampaignDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([visible().get(pk=id)])[0])

    @describe("Discard a draft", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        campaign = visible().get(pk=id)
        self.empty_query()
        campaigns.delete(campaign)
        return self.answer(status=204)


class CampaignPreview(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "POST"), Permission.MESSAGES_SEND)

    @describe("Whom a draft would reach now, whom not and why, and what it says", answer=CampaignPreviewDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent_preview(campaigns.preview(visible().get(pk=id), at=timezone.now())))

    @describe("The same", answer=CampaignPreviewDocument)
    def post(self, request: Request, id: UUID) -> HttpResponse:
        campaign = visible().get(pk=id)
        self.empty_body()
        return self.answer(represent_preview(campaigns.preview(campaign, at=timezone.now())))


class CampaignTest(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.MESSAGES_SEND}

    @describe(
        "Send a test to your own address",
        description="It says what a guest named Anna Rossi would read; that of an SMS comes by e-mail.",
        body=CampaignTestShape,
        answer=CampaignTestDocument,
        status=202,
        example={"language": "it"},
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        campaign = visible().get(pk=id)
        address = campaigns.send_test(campaign, language=self.body(CampaignTestShape).get("language", ""))
        return self.answer({"address": address}, status=202)


class CampaignSend(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.MESSAGES_SEND}

    @describe(
        "Send a draft in the worker; 409 `campaign_not_draft` when it was sent already",
        description="Whom it goes to is fixed now; each address is asked for its consent when its message leaves. One "
        "that failed goes on where it broke off.",
        answer=CampaignDocument,
        status=202,
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        campaign = visible().get(pk=id)
        self.empty_body()
        return self.answer(represent([campaigns.send(campaign, at=timezone.now())])[0], status=202)


class CampaignCancel(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.MESSAGES_SEND}

    @describe("Stop; what has left has left", answer=CampaignDocument, status=202)
    def post(self, request: Request, id: UUID) -> HttpResponse:
        campaign = visible().get(pk=id)
        self.empty_body()
        return self.answer(represent([campaigns.cancel(campaign, at=timezone.now())])[0], status=202)


def visible() -> QuerySet[Campaign]:
    """Those that the actor may see, or of these the ones of the venue that the key is bound to."""
    bound, rows = scope.actor().venue_id, campaigns.visible()
    return rows if bound is None else rows.filter(venue=bound)


def _new(values: dict[str, Any]) -> NewCampaign:
    channel = MessageChannel(values["channel"])
    return NewCampaign(
        venue=references.venue(values["venue"]),
        channel=channel,
        template=_template(values["template"], channel),
        group=_named(ContactGroup.objects.all(), values.get("group"), "group"),
        segment=_named(saved_filters.visible(), values.get("segment"), "segment"),
    )


def _named(rows: QuerySet[Named], id: UUID | None, field: str) -> Named | None:
    """What an id in the body stands for; None where none was given."""
    if id is None:
        return None
    found: Named | None = rows.filter(pk=id).first()
    if found is None:
        raise refused_field(field, "unknown_id", _("There is no such group or segment."))
    return found


def _template(name: str, channel: MessageChannel) -> MessageTemplate:
    if name in SUGGESTED:
        return message_templates.suggested(MessageKind(name), language=wording.house_language(), channel=channel)
    found: MessageTemplate | None = None
    if shape.CANONICAL_ID.fullmatch(name):
        found = MessageTemplate.objects.filter(pk=name).first()
    if found is None:
        raise refused_field("template", "unknown_id", _("There is no such template."))
    return found
