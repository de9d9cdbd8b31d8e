"""`inquiries/`: what guests write in the contact form, and which of it staff have handled (R-ID-1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import guest_data, pagination, sender, shape
from api.endpoint import Endpoint
from api.guest_data import GuestShape, ReceptionDocument
from api.permissions import Required
from api.schema import describe
from api.sender import SenderShape, SentQuery
from outreach import inquiring
from outreach.models import Inquiry
from tenants.permissions import Permission

ORDERINGS = pagination.orderings(received_at=("received_at", "id"), updated_at=("updated_at", "id"))


class InquiryShape(SenderShape):
    subject = shape.OptionalText(max_length=200)
    message = shape.Text(max_length=5000)

    class Meta:
        ref_name = "NewInquiry"


class InquiryChangesShape(shape.Shape):
    is_handled = shape.Flag()

    class Meta:
        ref_name = "InquiryChanges"


class InquiryQuery(SentQuery):
    is_handled = serializers.ChoiceField([(one, one) for one in ("true", "false")], required=False)
    ordering = serializers.ChoiceField([(name, name) for name in ORDERINGS], required=False)


class InquiryDocument(ReceptionDocument):
    """Instants carry the venue's offset. `contact`, `crm_sync` and `warnings` follow guest data."""

    id = serializers.UUIDField()
    venue = serializers.UUIDField()
    subject = serializers.CharField()
    message = serializers.CharField()
    guest = GuestShape(help_text="The guest data as they came.")
    received_at = serializers.DateTimeField()
    is_handled = serializers.BooleanField()
    handled_at = serializers.DateTimeField(allow_null=True)
    handled_by = serializers.CharField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Inquiry"


EXAMPLE = {
    "venue": "0198c5a0-0000-7000-8000-000000000000",
    "subject": "A table for twenty",
    "message": "Do you have room for a birthday on 24 January?",
    "guest": {"first_name": "Anna", "email": "anna@example.com"},
}


class InquiryList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.MESSAGES_READ, "POST": Permission.SIGNUPS_CREATE}

    @describe("List inquiries, newest first", query=InquiryQuery, answer=pagination.listing(InquiryDocument))
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(InquiryQuery)
        rows = sender.narrow(sender.visible(Inquiry), parameters)
        if "is_handled" in parameters:
            rows = rows.filter(handled_at__isnull=parameters["is_handled"] == "false")
        usual = "updated_at" if "updated_since" in parameters else "-received_at"
        return self.page(rows, represent, by=usual, table=ORDERINGS, parameters=parameters)

    @describe(
        "Take in an inquiry, and its guest into the list",
        body=InquiryShape,
        answer=InquiryDocument,
        status=201,
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        values = self.body(InquiryShape)
        arrived = inquiring.receive(sender.of(values), message=values["message"], subject=values.get("subject", ""))
        self.subject = arrived.sent.contact_id
        content = _document(arrived.sent) | guest_data.reception(
            contact=arrived.sent.contact_id, crm_sync=arrived.crm_sync, warnings=arrived.warnings
        )
        return self.answer(content, status=201)


class InquiryDetail(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.MESSAGES_READ, "PATCH": Permission.MESSAGES_SEND}

    @describe("Read an inquiry", answer=InquiryDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([sender.visible(Inquiry).get(pk=id)])[0])

    @describe(
        "Mark an inquiry as handled, or as open again",
        body=InquiryChangesShape,
        answer=InquiryDocument,
        example={"is_handled": True},
    )
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        inquiry = sender.visible(Inquiry).get(pk=id)
        values = self.body(InquiryChangesShape)
        return self.answer(represent([inquiring.set_handled(inquiry, values["is_handled"])])[0])


def represent(rows: Iterable[Inquiry]) -> list[dict[str, Any]]:
    """The inquiries, whose venues are loaded."""
    return [{**_document(inquiry), "contact": inquiry.contact_id} for inquiry in rows]


def _document(inquiry: Inquiry) -> dict[str, Any]:
    """Without the contact, of which a widget must not hear."""
    zone = inquiry.venue.zone
    return {
        "id": inquiry.pk,
        "venue": inquiry.venue_id,
        "subject": inquiry.subject,
        "message": inquiry.message,
        "guest": inquiry.guest,
        "received_at": inquiry.received_at.astimezone(zone),
        "is_handled": inquiry.is_handled,
        "handled_at": inquiry.handled_at and inquiry.handled_at.astimezone(zone),
        "handled_by": inquiry.handled_by,
        "updated_at": inquiry.updated_at,
    }
