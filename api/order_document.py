"""An order as the API shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import prefetch_related_objects
from rest_framework import serializers

from api.guest_data import GuestShape, ReceptionDocument
from crm.channel import Channel
from orders import lines
from orders.models import Order, OrderKind, OrderStatus
from orders.taking import Draft
from orders.totals import Amounts


class OrderItemDocument(serializers.Serializer[Any]):
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField()
    category = serializers.CharField()

    class Meta:
        ref_name = "OrderItem"


class OrderTaxDocument(serializers.Serializer[Any]):
    name = serializers.CharField()
    amount_minor = serializers.IntegerField()
    is_included = serializers.BooleanField()

    class Meta:
        ref_name = "OrderTax"


class RefundDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    amount_minor = serializers.IntegerField()
    reason = serializers.CharField()
    refunded_at = serializers.DateTimeField()
    refunded_by = serializers.CharField()

    class Meta:
        ref_name = "Refund"


class OrderDocument(ReceptionDocument):
    """Amounts are minor units of `currency`, instants carry the venue's offset. `contact`, `crm_sync` and `warnings`
    follow guest data."""

    id = serializers.UUIDField()
    venue = serializers.UUIDField()
    kind = serializers.ChoiceField(OrderKind.choices)
    channel = serializers.ChoiceField(Channel.choices)
    status = serializers.ChoiceField(OrderStatus.choices)
    provider = serializers.CharField()
    external_id = serializers.CharField()
    placed_at = serializers.DateTimeField()
    items = OrderItemDocument(many=True)
    taxes = OrderTaxDocument(many=True)
    tip_minor = serializers.IntegerField(help_text="Never part of the total.")
    discount_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    currency = serializers.CharField()
    notes = serializers.CharField()
    guest = GuestShape(help_text="The guest data as they came.")
    refunded_minor = serializers.IntegerField(required=False, help_text="What went back so far.")
    refunds = RefundDocument(many=True, required=False)
    fulfilled_at = serializers.DateTimeField(allow_null=True, required=False)
    service_date = serializers.DateField(
        allow_null=True, required=False, help_text="The venue's day of its fulfilment, on which it counts as a visit."
    )
    status_at = serializers.DateTimeField(required=False, help_text="When it got its status.")
    status_by = serializers.CharField(required=False)
    created_at = serializers.DateTimeField(required=False)
    updated_at = serializers.DateTimeField(required=False)

    class Meta:
        ref_name = "Order"


def represent(rows: Iterable[Order]) -> list[dict[str, Any]]:
    """The orders, whose venues are loaded; their lines and refunds are read for all of them at once."""
    orders = list(rows)
    prefetch_related_objects(orders, "lines", "refunds")
    return [_document(order, lines.amounts(order)) | {"refunds": _refunds(order)} for order in orders]


def represent_new(order: Order, amounts: Amounts) -> dict[str, Any]:
    """An order that was just taken: nothing needs to be read."""
    return _document(order, amounts) | {"refunds": []}


def _document(order: Order, amounts: Amounts) -> dict[str, Any]:
    zone = order.venue.zone
    return {
        "id": order.pk,
        "venue": order.venue_id,
        "kind": order.kind,
        "channel": order.channel,
        "status": order.status,
        "provider": order.provider,
        "external_id": order.external_id,
        "placed_at": order.placed_at.astimezone(zone),
        **_amounts(amounts),
        "currency": order.currency,
        "notes": order.notes,
        "guest": order.guest,
        "contact": order.contact_id,
        "refunded_minor": order.refunded_minor,
        "fulfilled_at": order.fulfilled_at and order.fulfilled_at.astimezone(zone),
        "service_date": order.service_date,
        "status_at": order.status_at.astimezone(zone),
        "status_by": order.status_by,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
    }


def receipt(order: Order, draft: Draft) -> dict[str, Any]:
    """What a widget hears of an order: what it sent, and the id and status. Not what the row holds, which may be of
    somebody else who used the same external id."""
    return {
        "id": order.pk,
        "venue": draft.venue.pk,
        "kind": draft.kind,
        "channel": draft.channel,
        "status": order.status,
        "provider": draft.provider,
        "external_id": draft.external_id,
        "placed_at": (draft.placed_at or order.placed_at).astimezone(draft.venue.zone),
        **_amounts(draft.amounts),
        "currency": draft.currency,
        "notes": draft.notes,
        "guest": draft.snapshot,
    }


def _amounts(amounts: Amounts) -> dict[str, Any]:
    names = ("name", "quantity", "unit_price_minor", "category")
    return {
        "items": [{name: getattr(item, name) for name in names} for item in amounts.items],
        "taxes": lines.taxes(amounts),
        "tip_minor": amounts.tip_minor,
        "discount_minor": amounts.discount_minor,
        "total_minor": amounts.total_minor,
    }


def _refunds(order: Order) -> list[dict[str, Any]]:
    """In the order in which they were made."""
    zone = order.venue.zone
    return [
        {
            "id": one.pk,
            "amount_minor": one.amount_minor,
            "reason": one.reason,
            "refunded_at": one.refunded_at.astimezone(zone),
            "refunded_by": one.refunded_by,
        }
        for one in sorted(order.refunds.all(), key=lambda one: (one.refunded_at, one.pk))
    ]
