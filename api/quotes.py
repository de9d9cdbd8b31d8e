"""`quotes/`: the price of an order, which tells a public page nothing about who is known (R-ORDER-3)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from api import guest_data, references, shape
from api.endpoint import Endpoint
from api.orders import MOST_ITEMS, OrderItemShape
from api.permissions import Required
from api.problems import refused_field
from api.schema import describe
from orders import quoting
from tenants.permissions import Permission


class QuoteShape(shape.Shape):
    venue = shape.Id()
    items = shape.Sequence(child=OrderItemShape(), min_length=1, max_length=MOST_ITEMS)
    guest = guest_data.GuestShape(
        required=False, allow_null=True, help_text="A trusted key vouches for them; for a widget nobody is looked up."
    )
    contact = shape.Id(required=False, allow_null=True, help_text="Not for widget keys.")

    class Meta:
        ref_name = "NewQuote"


class QuoteDocument(serializers.Serializer[Any]):
    subtotal_minor = serializers.IntegerField()
    discount_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField(help_text="The subtotal less the discount; taxes on top are not in it.")
    currency = serializers.CharField()

    class Meta:
        ref_name = "Quote"


class QuoteList(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.ORDERS_CREATE}

    @describe(
        "Ask for the price of an order",
        description="With a trusted key the guest's fixed discount is applied; with a widget key never.",
        body=QuoteShape,
        answer=QuoteDocument,
        example={
            "venue": "0198c5a0-0000-7000-8000-000000000000",
            "items": [{"name": "Pizza", "quantity": 2, "unit_price_minor": 900}],
            "guest": {"email": "anna@example.com"},
        },
    )
    def post(self, request: Request) -> HttpResponse:
        values = self.body(QuoteShape)
        guest = guest_data.of(values.get("guest") or {})
        if guest_data.is_widget() and values.get("contact") is not None:
            raise refused_field("contact", "not_allowed", _("A widget key may not send this."))
        quote = quoting.quote(
            references.venue(values["venue"]),
            [item["quantity"] * item["unit_price_minor"] for item in values["items"]],
            email=guest.email,
            phone=guest.phone,
            contact_id=values.get("contact"),
        )
        return self.answer(
            {
                "subtotal_minor": quote.subtotal_minor,
                "discount_minor": quote.discount_minor,
                "total_minor": quote.total_minor,
                "currency": quote.currency,
            }
        )
