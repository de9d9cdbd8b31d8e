"""`receipts/`: receipts of the till, for ever one per venue, provider and external id (R-ORDER-1, R-CRM-2, R-CRM-3)."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api import contacts, guest_data, pagination, references, shape
from api.endpoint import Endpoint
from api.orders import LARGEST_QUANTITY, MOST_TAXES, money
from api.permissions import Required
from api.problems import refused_field
from api.receipt_document import ReceiptDocument, represent
from api.schema import describe
from orders import receipt_linking, receiving
from orders.models import Receipt
from orders.receiving import Draft, Line
from tenants import scope
from tenants.permissions import Permission

MOST_LINES = 200
NEWEST = 30
OWN_FIELDS = ("provider", "external_id", "order", "contact", "card_number")


class ReceiptLineShape(shape.Shape):
    name = shape.Text(max_length=200)
    quantity = shape.Integer(min_value=1, max_value=LARGEST_QUANTITY)
    unit_price_minor = money()
    total_minor = money(
        required=False,
        help_text="What was charged; quantity times unit price if absent.",
    )
    category = shape.OptionalText(max_length=120)

    class Meta:
        ref_name = "NewReceiptLine"


class ReceiptTaxShape(shape.Shape):
    name = shape.Text(max_length=80)
    amount_minor = money()

    class Meta:
        ref_name = "NewReceiptTax"


class ReceiptShape(shape.Shape):
    venue = shape.Id()
    provider = shape.OptionalText(max_length=40)
    external_id = shape.OptionalText(max_length=120, help_text="Unique for ever per venue and provider.")
    closed_at = shape.Instant()
    order = shape.Id(required=False, allow_null=True, help_text="The order it is the receipt of: it counts once.")
    contact = shape.Id(required=False, allow_null=True, help_text="Chosen by staff.")
    card_number = shape.OptionalText(max_length=40)
    guest = guest_data.GuestShape(required=False, allow_null=True)
    lines = shape.Sequence(child=ReceiptLineShape(), required=False, max_length=MOST_LINES)
    taxes = shape.Sequence(child=ReceiptTaxShape(), required=False, max_length=MOST_TAXES)
    tip_minor = money(required=False, default=0)
    discount_minor = money(required=False, default=0)
    net_minor = money(required=False, help_text="total_minor less the taxes; reckoned if absent.")
    total_minor = money(help_text="Taxes included, tips excluded.")
    currency = shape.OptionalText(max_length=3, help_text="The venue's.")
    voided = shape.Flag(required=False, default=False, help_text="true voids a known receipt, for good.")

    class Meta:
        ref_name = "NewReceipt"


class ReceiptLinkShape(shape.Shape):
    contact = shape.Id(allow_null=True)

    class Meta:
        ref_name = "ReceiptLink"


EXAMPLE = {
    "venue": "0198c5a0-0000-7000-8000-000000000000",
    "provider": "till",
    "external_id": "2026-000123",
    "closed_at": "2026-11-22T22:15:00+01:00",
    "guest": {"email": "anna@example.com"},
    "lines": [
        {"name": "Pizza", "quantity": 2, "unit_price_minor": 900, "total_minor": 1800, "category": "Food"},
        {"name": "Wine", "quantity": 1, "unit_price_minor": 2200, "total_minor": 2200, "category": "Drinks"},
    ],
    "taxes": [{"name": "IVA 10%", "amount_minor": 364}],
    "tip_minor": 300,
    "net_minor": 3636,
    "total_minor": 4000,
    "currency": "EUR",
}


class ReceiptList(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.RECEIPTS_CREATE}

    @describe(
        "Record a receipt of the till",
        description="201 for a new one; 200 with the first one when it is known: only `voided` still changes it.",
        body=ReceiptShape,
        answer=ReceiptDocument,
        status=(201, 200),
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        received = receiving.receive(_draft(self.body(ReceiptShape)))
        self.subject = received.receipt.contact_id
        content = represent([received.receipt])[0] | guest_data.reception(
            contact=received.receipt.contact_id, crm_sync=received.crm_sync, warnings=received.warnings
        )
        return self.answer(content, status=201 if received.is_new else 200, version=received.receipt.version)


class ReceiptDetail(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.ORDERS_READ}

    @describe("Read a receipt", answer=ReceiptDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        receipt = visible().get(pk=id)
        return self.answer(represent([receipt])[0], version=receipt.version)


class ReceiptContact(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.ORDERS_WRITE}

    @describe(
        "Link a receipt to a contact; null unlinks",
        body=ReceiptLinkShape,
        answer=ReceiptDocument,
        example={"contact": "0198c5a0-0000-7000-8000-000000000000"},
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        receipt = visible().get(pk=id)
        self.check_version(receipt.version)
        receipt = receipt_linking.link(receipt, self.body(ReceiptLinkShape)["contact"])
        self.subject = receipt.contact_id
        return self.answer(represent([receipt])[0], version=receipt.version)


class ContactReceiptList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.ORDERS_READ}

    @describe("A contact's 30 newest receipts", answer=pagination.listing(ReceiptDocument))
    def get(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        self.empty_query()
        newest = list(visible().filter(contact=contact).order_by("-closed_at", "-pk")[:NEWEST])
        return self.answer({"next": None, "previous": None, "results": represent(newest)})


def visible() -> QuerySet[Receipt]:
    """The tenant's receipts, or those of the one venue that the key is bound to."""
    bound = scope.actor().venue_id
    rows: QuerySet[Receipt] = Receipt.objects.select_related("venue")
    return rows if bound is None else rows.filter(venue_id=bound)


def _draft(values: dict[str, Any]) -> Draft:
    venue = references.venue(values["venue"])
    given, taxes, total = values.get("guest") or {}, values.get("taxes", []), values["total_minor"]
    net = values.get("net_minor", total - sum(tax["amount_minor"] for tax in taxes))
    if net < 0:
        raise refused_field("taxes", "more_than_total", _("The taxes are more than the total."))
    return Draft(
        venue=venue,
        closed_at=values["closed_at"],
        total_minor=total,
        net_minor=net,
        currency=values.get("currency") or venue.currency,
        lines=[_line(one) for one in values.get("lines", [])],
        taxes=taxes,
        tip_minor=values["tip_minor"],
        discount_minor=values["discount_minor"],
        guest=guest_data.of(given),
        snapshot=guest_data.snapshot(given),
        is_voided=values["voided"],
        **{name: values[name] for name in OWN_FIELDS if values.get(name) is not None},
    )


def _line(values: dict[str, Any]) -> Line:
    total = values.get("total_minor", values["quantity"] * values["unit_price_minor"])
    return Line(
        values["name"], values["quantity"], values["unit_price_minor"], total, category=values.get("category", "")
    )
