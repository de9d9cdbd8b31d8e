"""A receipt of the till as the API shows it: its lines, what was spent by category, its taxes, tip and total (R-CRM-3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.guest_data import GuestShape, ReceptionDocument
from orders.models import Receipt, ReceiptLine

LINE = ("name", "quantity", "unit_price_minor", "total_minor", "category")


class ReceiptLineDocument(serializers.Serializer[Any]):
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    category = serializers.CharField()

    class Meta:
        ref_name = "ReceiptLine"


class ReceiptTaxDocument(serializers.Serializer[Any]):
    name = serializers.CharField()
    amount_minor = serializers.IntegerField()

    class Meta:
        ref_name = "ReceiptTax"


class CategorySpendDocument(serializers.Serializer[Any]):
    category = serializers.CharField(help_text="Empty for lines without one.")
    total_minor = serializers.IntegerField()

    class Meta:
        ref_name = "CategorySpend"


class ReceiptDocument(ReceptionDocument):
    """Minor units of `currency`; tips are never in the total. `crm_sync` and `warnings` follow guest data."""

    id = serializers.UUIDField()
    venue = serializers.UUIDField()
    order = serializers.UUIDField(allow_null=True, help_text="A receipt of an order is the same purchase.")
    provider = serializers.CharField()
    external_id = serializers.CharField()
    closed_at = serializers.DateTimeField()
    business_date = serializers.DateField(help_text="The venue's day of `closed_at`.")
    guest = GuestShape(help_text="The guest data as they came.")
    lines = ReceiptLineDocument(many=True)
    spend_by_category = CategorySpendDocument(many=True)
    taxes = ReceiptTaxDocument(many=True)
    tip_minor = serializers.IntegerField()
    discount_minor = serializers.IntegerField()
    net_minor = serializers.IntegerField(help_text="The total less the taxes.")
    total_minor = serializers.IntegerField()
    currency = serializers.CharField()
    voided = serializers.BooleanField()
    voided_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Receipt"


def represent(rows: Sequence[Receipt]) -> list[dict[str, Any]]:
    """The receipts, whose venues are loaded."""
    lines = _lines(rows)
    return [_document(receipt, lines[receipt.pk]) for receipt in rows]


def _lines(rows: Sequence[Receipt]) -> dict[UUID, list[ReceiptLine]]:
    found: dict[UUID, list[ReceiptLine]] = defaultdict(list)
    for line in ReceiptLine.objects.filter(receipt__in=[receipt.pk for receipt in rows]).order_by("position"):
        found[line.receipt_id].append(line)
    return found


def _document(receipt: Receipt, lines: Sequence[ReceiptLine]) -> dict[str, Any]:
    zone = receipt.venue.zone
    return {
        "id": receipt.pk,
        "venue": receipt.venue_id,
        "order": receipt.order_id,
        "provider": receipt.provider,
        "external_id": receipt.external_id,
        "closed_at": receipt.closed_at.astimezone(zone),
        "business_date": receipt.business_date,
        "guest": receipt.guest,
        "contact": receipt.contact_id,
        "lines": [{name: getattr(line, name) for name in LINE} for line in lines],
        "spend_by_category": _by_category(lines),
        "taxes": receipt.taxes,
        "tip_minor": receipt.tip_minor,
        "discount_minor": receipt.discount_minor,
        "net_minor": receipt.net_minor,
        "total_minor": receipt.total_minor,
        "currency": receipt.currency,
        "voided": receipt.is_voided,
        "voided_at": receipt.voided_at and receipt.voided_at.astimezone(zone),
        "created_at": receipt.created_at,
        "updated_at": receipt.updated_at,
    }


def _by_category(lines: Sequence[ReceiptLine]) -> list[dict[str, Any]]:
    """What the lines cost by category, the dearest first."""
    spent: Counter[str] = Counter()
    for line in lines:
        spent[line.category] += line.total_minor
    return [{"category": category, "total_minor": total} for category, total in spent.most_common()]
