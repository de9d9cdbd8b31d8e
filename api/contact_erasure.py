"""`contacts/{id}/erase/`: clear personal data, for good (R-PRIV-1)."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from api import contacts, shape
from api.endpoint import Endpoint
from api.permissions import Required
from api.schema import describe
from crm import erasure
from crm.expected import Way
from crm.mentions import Mention
from tenants.permissions import Permission

WAY_CHOICES = [(way.value, way.value) for way in Way]
STATUS_CHOICES = [("erased", "erased"), ("scheduled", "scheduled")]


class ErasureShape(shape.Shape):
    confirm = shape.Text(
        max_length=500, help_text="The contact's e-mail, without one its phone, without both its code."
    )
    upcoming = shape.Choice(WAY_CHOICES, required=False)

    class Meta:
        ref_name = "ErasureRequest"


class ElsewhereDocument(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="booking, order, receipt, wifi_session, promotion_signup or inquiry.")
    id = serializers.UUIDField()
    contact = serializers.UUIDField(allow_null=True, help_text="Whose it is by now; null for nobody's.")

    class Meta:
        ref_name = "ErasedElsewhere"


class ErasureDocument(serializers.Serializer[Any]):
    contact = serializers.UUIDField()
    status = serializers.ChoiceField(STATUS_CHOICES)
    erase_on = serializers.DateField(allow_null=True, help_text="The day from which the data are cleared.")
    elsewhere = ElsewhereDocument(
        many=True,
        help_text=(
            "Facts that name the guest and are not the guest's: those of nobody are cleared as a whole; from those of other "
            "contacts goes what they say of the guest, while their notes stay: look at them."
        ),
    )

    class Meta:
        ref_name = "Erasure"


class ContactErasure(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.CONTACTS_ERASE, "DELETE": Permission.CONTACTS_ERASE}

    @describe(
        "Clear a contact's personal data, for good",
        description="Bookings, orders and amounts stay, without the guest. While the guest is still expected: 409 "
        "`has_upcoming` with the list, unless `upcoming` says to cancel these or to clear the data the day after the last.",
        body=ErasureShape,
        answer=ErasureDocument,
        status=(200, 202),
        example={"confirm": "anna@example.com", "upcoming": "erase_after"},
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        self.check_version(contact.version)
        values = self.body(ErasureShape)
        way = Way(values["upcoming"]) if "upcoming" in values else None
        outcome = erasure.erase(contact, confirm=values["confirm"], at=timezone.now(), upcoming=way)
        self.subject = outcome.contact_id
        is_put_off = outcome.erase_on is not None
        content = {
            "contact": outcome.contact_id,
            "status": "scheduled" if is_put_off else "erased",
            "erase_on": outcome.erase_on,
            "elsewhere": [_elsewhere(one) for one in outcome.mentions],
        }
        return self.answer(content, status=202 if is_put_off else 200)

    @describe("Keep the data of a contact that were to be cleared on a later day", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        self.check_version(contact.version)
        self.empty_query()
        erasure.take_back(contact)
        return self.answer(status=204)


def _elsewhere(mention: Mention) -> dict[str, Any]:
    return {"kind": mention.kind, "id": mention.id, "contact": mention.contact}
