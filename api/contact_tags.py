"""`contacts/{id}/tags/`: tags set by hand, nine at most; those that a rule has set are lifted with a reason (R-CRM-6)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api import contacts, shape
from api.contact_document import ContactDocument
from api.endpoint import Endpoint
from api.permissions import Required
from api.schema import describe
from crm import tags
from crm.models import Tag
from crm.tags import UnknownTag
from tenants.permissions import Permission


class ContactTagShape(shape.Shape):
    tag = shape.Text(max_length=40, help_text="The key of a tag.")

    class Meta:
        ref_name = "ContactTag"


class LiftShape(shape.Shape):
    reason = shape.OptionalText(max_length=200, help_text="Needed for an automatic tag: why it does not fit.")

    class Meta:
        ref_name = "TagLifting"


class ContactTags(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.CONTACTS_WRITE}

    @describe("Set a tag; twice changes nothing", body=ContactTagShape, answer=ContactDocument, example={"tag": "vip"})
    def post(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        tags.add(contact, self.body(ContactTagShape)["tag"])
        self.subject = contact.pk
        return contacts.answer_with_contact(self, contact.pk)


class ContactTagDetail(Endpoint):
    required: ClassVar[Required] = {"DELETE": Permission.CONTACTS_WRITE}

    @describe(
        "Take a tag off",
        description="One that a rule has set is lifted: it returns after a new event only, and needs a `reason`.",
        body=LiftShape,
        status=204,
        example={"reason": "Two bookings of one evening"},
    )
    def delete(self, request: Request, id: UUID, key: str) -> HttpResponse:
        contact = contacts.find(id)
        try:
            tag = tags.find(key)
        except UnknownTag:
            raise Tag.DoesNotExist from None
        tags.remove(contact, tag.key, reason=self.body(LiftShape).get("reason", ""))
        return self.answer(status=204)
