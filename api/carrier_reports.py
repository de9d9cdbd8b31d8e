"""`sms-inbound/` and `mail-events/`: what carriers report; STOP words, bounces and complaints (R-CONSENT-2, R-CONSENT-3).

A trusted key sends them: `contacts_write`, as for `contacts/{id}/unsubscribe/`, since that is what most of them come to. A
widget holds it never. The answer names no contact: a carrier learns nothing of who is in the list.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from api import references, shape
from api.endpoint import Endpoint
from api.permissions import Required
from api.schema import describe
from outreach import bouncing, stopping
from outreach.bouncing import MailEvent, MailEventKind
from outreach.stopping import Answered, InboundSms
from tenants import scope
from tenants.models import Venue
from tenants.permissions import Permission

FOR_ALL = "The venue that is meant; absent when several venues share the sender: then it counts for all of them."


class InboundSmsShape(shape.Shape):
    provider = shape.Text(max_length=40)
    external_id = shape.Text(
        max_length=200, help_text="The carrier's id of this SMS: sent again, it is not done again."
    )
    phone = shape.Text(max_length=40, help_text="Who wrote; best with the plus and the code of the country.")
    text = shape.OptionalText(max_length=2000)
    venue = shape.Id(required=False, allow_null=True, help_text=FOR_ALL)

    class Meta:
        ref_name = "NewInboundSms"


class InboundSmsDocument(serializers.Serializer[Any]):
    result = serializers.ChoiceField(Answered.choices)

    class Meta:
        ref_name = "InboundSms"


class MailEventShape(shape.Shape):
    provider = shape.Text(max_length=40)
    external_id = shape.Text(
        max_length=200, help_text="The carrier's id of this event: sent again, it is not done again."
    )
    kind = shape.Choice(choices=MailEventKind.choices)
    email = shape.Text(max_length=254)
    message_id = shape.OptionalText(max_length=300, help_text="The Message-ID header of our mail.")
    detail = shape.OptionalText(max_length=300, help_text="What the mail server said.")
    venue = shape.Id(required=False, allow_null=True, help_text=FOR_ALL)

    class Meta:
        ref_name = "NewMailEvent"


class MailEventDocument(serializers.Serializer[Any]):
    result = serializers.ChoiceField([("done", "done"), ("repeated", "repeated")])

    class Meta:
        ref_name = "MailEvent"


class SmsInbound(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.CONTACTS_WRITE}

    @describe(
        "Report an SMS that a guest sent",
        description="STOP, ARRET, BASTA, KONIEC and the like unsubscribe the phone; other texts become a message of its contact, "
        "where there is one: the answer is the same.",
        body=InboundSmsShape,
        answer=InboundSmsDocument,
        example={"provider": "carrier", "external_id": "sms-1", "phone": "+393331234567", "text": "STOP"},
    )
    def post(self, request: Request) -> HttpResponse:
        values = self.body(InboundSmsShape)
        sms = InboundSms(
            values["provider"], values["external_id"], values["phone"], values.get("text", ""), _venue(values)
        )
        return self.answer({"result": stopping.receive(sms, at=timezone.now()).value})


class MailEvents(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.CONTACTS_WRITE}

    @describe(
        "Report a bounce or a complaint",
        description="A hard bounce ends marketing to the address; a complaint unsubscribes it; a soft bounce changes nothing.",
        body=MailEventShape,
        answer=MailEventDocument,
        example={"provider": "carrier", "external_id": "e-1", "kind": "complaint", "email": "anna@example.com"},
    )
    def post(self, request: Request) -> HttpResponse:
        values = self.body(MailEventShape)
        event = MailEvent(
            provider=values["provider"],
            external_id=values["external_id"],
            kind=MailEventKind(values["kind"]),
            email=values["email"],
            message_id=values.get("message_id", ""),
            detail=values.get("detail", ""),
            venue=_venue(values),
        )
        is_new = bouncing.receive(event, at=timezone.now())
        return self.answer({"result": "done" if is_new else "repeated"})


def _venue(values: dict[str, Any]) -> Venue | None:
    """The venue named, else that of a key which is bound to one."""
    named: UUID | None = values.get("venue") or scope.actor().venue_id
    return None if named is None else references.venue(named)
