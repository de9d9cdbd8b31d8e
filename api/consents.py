"""`contacts/{id}/consents/` and `unsubscribe/`: the ledger of a contact's consents, and setting them by hand (R-CONSENT)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from api import contacts, pagination, references, shape
from api.audit import ActorDocument
from api.contact_document import ContactDocument
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from consent import reading, unsubscribing
from consent.models import ConsentEntry, Source
from consent.status import ConsentChannel, Event, Status
from consent.unsubscribing import Evidence
from tenants.permissions import Permission

SETTABLE = [(one.value, one.label) for one in (Status.EXPLICIT, Status.UNSUBSCRIBED)]


class ConsentEntryDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    venue = serializers.UUIDField()
    channel = serializers.ChoiceField(ConsentChannel.choices)
    address = serializers.CharField()
    event = serializers.ChoiceField(Event.choices)
    status = serializers.ChoiceField(Status.choices, help_text="What followed.")
    pending_confirmation = serializers.BooleanField()
    source = serializers.ChoiceField(Source.choices)  # type: ignore[assignment]
    source_id = serializers.UUIDField(allow_null=True)
    evidence = serializers.DictField()
    actor = ActorDocument()
    at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "ConsentEntry"


class EvidenceShape(shape.Shape):
    source = shape.OptionalText(max_length=200, help_text="Where it was given.")  # type: ignore[assignment]
    date = shape.Day(required=False, allow_null=True)
    wording = shape.OptionalText(max_length=1000)

    class Meta:
        ref_name = "ConsentProof"


class ConsentShape(shape.Shape):
    venue = shape.Id()
    channel = shape.Choice(choices=ConsentChannel.choices)
    status = shape.Choice(choices=SETTABLE)
    evidence = EvidenceShape(required=False, allow_null=True, help_text="Needed for `explicit`.")

    class Meta:
        ref_name = "ConsentInput"


class UnsubscribeShape(shape.Shape):
    venue = shape.Id()
    channel = shape.Choice(choices=ConsentChannel.choices)

    class Meta:
        ref_name = "Unsubscription"


UNSUBSCRIPTION = {"venue": "0198c5a0-0000-7000-8000-000000000000", "channel": "email"}
EXAMPLE = {
    **UNSUBSCRIPTION,
    "status": "explicit",
    "evidence": {
        "source": "paper form at the till",
        "date": "2026-11-20",
        "wording": "I would like your news by e-mail.",
    },
}


class ContactConsentList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ, "POST": Permission.CONTACTS_WRITE}
    ORDERINGS = pagination.orderings(created_at=("created_at", "id"))

    @describe(
        "A contact's consent ledger, newest first", query=PageShape, answer=pagination.listing(ConsentEntryDocument)
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        rows = reading.ledger(contacts.find(id))
        return self.page(rows, _entries, by="-created_at", table=self.ORDERINGS)

    @describe(
        "State a consent by hand, with its evidence",
        description="An unsubscription cannot be lifted here: 403 `consent_irreversible`.",
        body=ConsentShape,
        answer=ContactDocument,
        example=EXAMPLE,
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        values = self.body(ConsentShape)
        given = {name: value for name, value in (values.get("evidence") or {}).items() if value}
        unsubscribing.set_status(
            contact,
            Status(values["status"]),
            venue=references.venue(values["venue"]),
            channel=ConsentChannel(values["channel"]),
            evidence=Evidence(**given),
            at=timezone.now(),
        )
        self.subject = contact.pk
        return contacts.answer_with_contact(self, contact.pk)


class ContactUnsubscribe(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.CONTACTS_WRITE}

    @describe(
        "Unsubscribe a contact in one venue; only the guest can undo it",
        body=UnsubscribeShape,
        answer=ContactDocument,
        example=UNSUBSCRIPTION,
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        values = self.body(UnsubscribeShape)
        unsubscribing.unsubscribe(
            contact,
            venue=references.venue(values["venue"]),
            channel=ConsentChannel(values["channel"]),
            at=timezone.now(),
        )
        self.subject = contact.pk
        return contacts.answer_with_contact(self, contact.pk)


def _entries(rows: Sequence[ConsentEntry]) -> list[dict[str, Any]]:
    return [reading.ledger_item(entry) for entry in rows]
