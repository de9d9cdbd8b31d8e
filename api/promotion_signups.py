"""`promotion-signups/`: guests who signed up to a promotion (R-ID-1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import guest_data, pagination, sender, shape
from api.endpoint import Endpoint
from api.guest_data import GuestShape, ReceptionDocument
from api.permissions import Required
from api.schema import describe
from api.sender import SenderShape, SentQuery
from outreach import signing_up
from outreach.models import PromotionSignup
from tenants.permissions import Permission

ORDERINGS = pagination.orderings(signed_up_at=("signed_up_at", "id"), updated_at=("updated_at", "id"))


class PromotionSignupShape(SenderShape):
    promotion = shape.Text(max_length=200)

    class Meta:
        ref_name = "NewPromotionSignup"


class PromotionSignupQuery(SentQuery):
    ordering = serializers.ChoiceField([(name, name) for name in ORDERINGS], required=False)


class PromotionSignupDocument(ReceptionDocument):
    """`signed_up_at` carries the venue's offset. `contact`, `crm_sync` and `warnings` follow guest data."""

    id = serializers.UUIDField()
    venue = serializers.UUIDField()
    promotion = serializers.CharField()
    guest = GuestShape(help_text="The guest data as they came.")
    signed_up_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "PromotionSignup"


EXAMPLE = {
    "venue": "0198c5a0-0000-7000-8000-000000000000",
    "promotion": "Truffle week",
    "guest": {"first_name": "Anna", "email": "anna@example.com"},
    "marketing_opt_in": {"email": True, "wording": "newsletter-2026-01"},
}


class PromotionSignupList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.MESSAGES_READ, "POST": Permission.SIGNUPS_CREATE}

    @describe(
        "List promotion sign-ups, newest first",
        query=PromotionSignupQuery,
        answer=pagination.listing(PromotionSignupDocument),
    )
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(PromotionSignupQuery)
        rows = sender.narrow(sender.visible(PromotionSignup), parameters)
        usual = "updated_at" if "updated_since" in parameters else "-signed_up_at"
        return self.page(rows, represent, by=usual, table=ORDERINGS, parameters=parameters)

    @describe(
        "Sign a guest up to a promotion, and into the list",
        body=PromotionSignupShape,
        answer=PromotionSignupDocument,
        status=201,
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        values = self.body(PromotionSignupShape)
        arrived = signing_up.sign_up(sender.of(values), promotion=values["promotion"])
        self.subject = arrived.sent.contact_id
        content = _document(arrived.sent) | guest_data.reception(
            contact=arrived.sent.contact_id, crm_sync=arrived.crm_sync, warnings=arrived.warnings
        )
        return self.answer(content, status=201)


def represent(rows: Iterable[PromotionSignup]) -> list[dict[str, Any]]:
    """The sign-ups, whose venues are loaded."""
    return [{**_document(signup), "contact": signup.contact_id} for signup in rows]


def _document(signup: PromotionSignup) -> dict[str, Any]:
    """Without the contact, of which a widget must not hear."""
    return {
        "id": signup.pk,
        "venue": signup.venue_id,
        "promotion": signup.promotion,
        "guest": signup.guest,
        "signed_up_at": signup.signed_up_at.astimezone(signup.venue.zone),
        "updated_at": signup.updated_at,
    }
