"""`discounts/`: the tenant's list of discounts, and the fixed one of a contact (R-ORDER-3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from api import contacts, pagination, shape
from api.contact_document import ContactDocument
from api.endpoint import Endpoint
from api.orders import LARGEST_AMOUNT
from api.pagination import PageShape
from api.permissions import Required
from api.problems import refused_field
from api.schema import describe
from orders import discounts
from orders.models import Discount, DiscountKind
from tenants.permissions import Permission

FIELDS = ("name", "kind", "percent", "amount_minor", "is_active", "created_at")


class DiscountDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(DiscountKind.choices)
    percent = serializers.IntegerField(allow_null=True)
    amount_minor = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Discount"


class DiscountShape(shape.Shape):
    name = shape.Text(max_length=80)
    kind = shape.Choice(choices=DiscountKind.choices)
    percent = shape.Integer(required=False, allow_null=True, min_value=1, max_value=100)
    amount_minor = shape.Integer(required=False, allow_null=True, min_value=1, max_value=LARGEST_AMOUNT)
    currency = shape.OptionalText(max_length=3)
    is_active = shape.Flag(required=False)

    class Meta:
        ref_name = "NewDiscount"


class DiscountChangesShape(DiscountShape):
    class Meta:
        ref_name = "DiscountChanges"


class FixedDiscountShape(shape.Shape):
    discount = shape.Id()

    class Meta:
        ref_name = "FixedDiscountChoice"


class DiscountList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.ORDERS_READ, "POST": Permission.DISCOUNTS_MANAGE}
    ORDERINGS = pagination.orderings(name=("name", "id"))

    @describe("List the discounts", query=PageShape, answer=pagination.listing(DiscountDocument))
    def get(self, request: Request) -> HttpResponse:
        rows: QuerySet[Discount] = Discount.objects.all()
        return self.page(rows, represent, by="name", table=self.ORDERINGS)

    @describe(
        "Add a discount",
        body=DiscountShape,
        answer=DiscountDocument,
        status=201,
        example={"name": "Neighbors", "kind": "percent", "percent": 10},
    )
    def post(self, request: Request) -> HttpResponse:
        return self.answer(represent([discounts.create(self.body(DiscountShape))])[0], status=201)


class DiscountDetail(Endpoint):
    required: ClassVar[Required] = {
        "GET": Permission.ORDERS_READ,
        "PATCH": Permission.DISCOUNTS_MANAGE,
        "DELETE": Permission.DISCOUNTS_MANAGE,
    }

    @describe("Read a discount", answer=DiscountDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([Discount.objects.get(pk=id)])[0])

    @describe(
        "Change a discount; orders it was applied to stay as they are",
        body=DiscountChangesShape,
        answer=DiscountDocument,
        example={"percent": 15},
    )
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        discount = Discount.objects.get(pk=id)
        changed = discounts.update(discount, self.body(DiscountChangesShape, partial=True))
        return self.answer(represent([changed])[0])

    @describe("Take a discount off the list and from every contact", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        discount = Discount.objects.get(pk=id)
        self.empty_query()
        discounts.delete(discount)
        return self.answer(status=204)


class ContactFixedDiscount(Endpoint):
    required: ClassVar[Required] = {"PUT": Permission.DISCOUNTS_MANAGE, "DELETE": Permission.DISCOUNTS_MANAGE}

    @describe(
        "Give a contact this discount on all its orders, in place of the one it has",
        body=FixedDiscountShape,
        answer=ContactDocument,
        example={"discount": "0198c5a0-0000-7000-8000-000000000000"},
    )
    def put(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        discounts.fix(contact, _chosen(self.body(FixedDiscountShape)["discount"]))
        return contacts.answer_with_contact(self, contact.pk)

    @describe("Take the fixed discount away", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        self.empty_query()
        discounts.fix(contact, None)
        return self.answer(status=204)


def represent(rows: Sequence[Discount]) -> list[dict[str, Any]]:
    return [
        {"id": one.pk, **{name: getattr(one, name) for name in FIELDS}, "currency": one.currency or None}
        for one in rows
    ]


def _chosen(discount_id: UUID) -> Discount:
    discount: Discount | None = Discount.objects.filter(pk=discount_id).first()
    if discount is None:
        raise refused_field("discount", "unknown_id", _("There is no such discount."))
    return discount
