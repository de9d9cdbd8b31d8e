"""`contacts/{id}/tags/`: tags set by hand, nine at most (R-CRM-6)."""

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

    @describe("Take a tag off", status=204)
    def delete(self, request: Request, id: UUID, key: str) -> HttpResponse:
        contact = contacts.find(id)
        self.empty_query()
        try:
            tags.remove(contact, key.replace("\0", ""))
        except UnknownTag:
            raise Tag.DoesNotExist from None
        return self.answer(status=204)
