"""`privacy/search/`: everything that is held for an e-mail, a phone or a name, and clearing a fact of it (R-PRIV-1)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from api import shape
from api.endpoint import Endpoint
from api.permissions import Required
from api.schema import describe
from crm import holdings, privacy_search
from crm.expected import Way
from crm.holdings import Found
from tenants.permissions import Permission

WAY_CHOICES = [(way.value, way.value) for way in Way]


class PrivacyQuestionShape(shape.Shape):
    q = shape.Text(max_length=254, help_text="An e-mail, else a phone number, else a name.")

    class Meta:
        ref_name = "PrivacyQuestion"


class HoldingDocument(serializers.Serializer[Any]):
    kind = serializers.CharField(
        help_text="contact, booking, order, receipt, wifi_session, promotion_signup, inquiry, message, review ..."
    )
    id = serializers.UUIDField()
    contact = serializers.UUIDField(allow_null=True, help_text="Whom the row belongs to, if anybody.")
    label = serializers.CharField(help_text="What it says of the person.")  # type: ignore[assignment]
    at = serializers.DateTimeField(allow_null=True)
    state = serializers.CharField(help_text="For a contact active, deleted or merged; else what the kind knows.")

    class Meta:
        ref_name = "Holding"


class HeldKindDocument(serializers.Serializer[Any]):
    kind = serializers.CharField()
    count = serializers.IntegerField()
    has_more = serializers.BooleanField(help_text=f"True when there are more than the {holdings.MOST} that are shown.")
    is_complete = serializers.BooleanField(help_text="False when there was no time to read all of it.")

    class Meta:
        ref_name = "HeldKind"


class EverythingDocument(serializers.Serializer[Any]):
    results = HoldingDocument(many=True)
    kinds = HeldKindDocument(many=True)

    class Meta:
        ref_name = "EverythingHeld"


class PrivacySearch(Endpoint):
    """What it answers is not kept for a retry: it would be one more trace of the person."""

    required: ClassVar[Required] = {"POST": Permission.CONTACTS_ERASE}
    shows_secret = True

    @describe(
        "Find everything that is held on somebody",
        description=(
            "Contacts in the list, in the bin, merged and anonymous ones; facts that belong to none of them; uploaded lists "
            "that wait; hashes of addresses. It reads whole tables: use it to answer a guest, not to look people up."
        ),
        body=PrivacyQuestionShape,
        answer=EverythingDocument,
        example={"q": "anna@example.com"},
    )
    def post(self, request: Request) -> HttpResponse:
        found = privacy_search.search(self.body(PrivacyQuestionShape)["q"])
        return self.answer(
            {"results": [asdict(one) for one in found.items], "kinds": [_kind(place) for place in found.places]}
        )


class FactErasureShape(shape.Shape):
    confirm = shape.Text(
        max_length=254, help_text="The e-mail that the row names, else the first 30 characters of its `label`."
    )
    upcoming = shape.Choice(WAY_CHOICES, required=False)

    class Meta:
        ref_name = "FactErasure"


class FactErasureDocument(serializers.Serializer[Any]):
    erase_on = serializers.DateField(help_text="The day from which the data are cleared.")

    class Meta:
        ref_name = "FactErasurePutOff"


class FactErasure(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.CONTACTS_ERASE, "DELETE": Permission.CONTACTS_ERASE}

    @describe(
        "Clear what one fact says of its guest, mostly one without a contact",
        description=(
            "`kind` and `id` are those of a search: booking, order, receipt, wifi_session, promotion_signup, inquiry, "
            "review, consent, confirmation, import, import_row or segment. Days, amounts and numbers stay; an uploaded list "
            "goes as a whole, and so does a segment. A contact is erased with all that is its own. While the guest is still "
            "expected: 409 `has_upcoming`, unless `upcoming` says to cancel it or to clear the data the day after."
        ),
        body=FactErasureShape,
        status={204: None, 202: FactErasureDocument},
        example={"confirm": "anna@example.com"},
    )
    def post(self, request: Request, kind: str, id: UUID) -> HttpResponse:
        privacy_search.fact(kind, id)
        values = self.body(FactErasureShape)
        way = Way(values["upcoming"]) if "upcoming" in values else None
        day = privacy_search.erase_fact(kind, id, confirm=values["confirm"], at=timezone.now(), upcoming=way)
        return self.answer(status=204) if day is None else self.answer({"erase_on": day}, status=202)

    @describe("Keep the data of a fact that were to be cleared on a later day", status=204)
    def delete(self, request: Request, kind: str, id: UUID) -> HttpResponse:
        privacy_search.fact(kind, id)
        self.empty_query()
        privacy_search.keep_fact(kind, id)
        return self.answer(status=204)


def _kind(place: Found) -> dict[str, Any]:
    return {
        "kind": place.kind,
        "count": len(place.items),
        "has_more": place.has_more,
        "is_complete": place.is_complete,
    }
