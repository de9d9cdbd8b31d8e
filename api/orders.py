"""`orders/`: take-away, delivery and the like (R-ORDER-1, R-ORDER-4, R-ID-8, R-WRITE-3, R-WRITE-4, R-VISIT-3)."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from api import guest_data, pagination, references, shape
from api.endpoint import Endpoint
from api.order_document import OrderDocument, receipt, represent, represent_new
from api.pagination import ChangesShape
from api.permissions import Required
from api.problems import refused_field
from api.schema import describe
from crm.channel import Channel
from crm.search_text import QUERY_MAX_LENGTH
from orders import editing, finding, fulfilment, linking, refunding, taking
from orders.models import Order, OrderKind, OrderStatus
from orders.taking import Draft, Taken
from orders.totals import Amounts, Item, Tax
from tenants import scope
from tenants.permissions import Permission, Preset
from tenants.scope import ActorKind

# Far above any real order, and sums of them still fit into the database.
LARGEST_AMOUNT, LARGEST_QUANTITY, MOST_ITEMS, MOST_TAXES = 10**12, 10_000, 500, 20
CHANNELS = (
    Channel.ORDER_WEB,
    Channel.ORDER_PHONE,
    Channel.SELF_ORDER,
    Channel.POS,
    Channel.STAFF,
    Channel.API,
)
CHANNEL_CHOICES = [(one.value, one.label) for one in CHANNELS]
# `refunded` is set by refunds only.
STATUS_CHOICES = [(one.value, one.label) for one in OrderStatus if one is not OrderStatus.REFUNDED]
# A widget acts for the guest at the screen.
WIDGET_CHANNELS = frozenset({Channel.ORDER_WEB, Channel.SELF_ORDER})
ORDERINGS = pagination.orderings(placed_at=("placed_at", "id"), updated_at=("updated_at", "id"))


def money(**options: Any) -> shape.Integer:
    return shape.Integer(min_value=0, max_value=LARGEST_AMOUNT, **options)


class OrderItemShape(shape.Shape):
    name = shape.Text(max_length=200)
    quantity = shape.Integer(min_value=1, max_value=LARGEST_QUANTITY)
    unit_price_minor = money()
    category = shape.OptionalText(max_length=120)

    class Meta:
        ref_name = "NewOrderItem"


class OrderTaxShape(shape.Shape):
    name = shape.Text(max_length=80)
    amount_minor = money()
    is_included = shape.Flag(help_text="Whether the prices hold it already.")

    class Meta:
        ref_name = "NewOrderTax"


class AmountsShape(shape.Shape):
    items = shape.Sequence(child=OrderItemShape(), min_length=1, max_length=MOST_ITEMS)
    taxes = shape.Sequence(child=OrderTaxShape(), max_length=MOST_TAXES, required=False)
    tip_minor = money(required=False, help_text="Never part of the total.")
    discount_minor = money(required=False)
    total_minor = money(help_text="Items less discount plus taxes that are not included.")
    notes = shape.OptionalText(max_length=1000)

    class Meta:
        ref_name = "OrderAmounts"


class OrderShape(AmountsShape):
    venue = shape.Id()
    kind = shape.Choice(choices=OrderKind.choices)
    channel = shape.Choice(choices=CHANNEL_CHOICES, required=False)
    provider = shape.OptionalText(max_length=40)
    external_id = shape.OptionalText(max_length=120, help_text="Unique for ever per venue and provider.")
    placed_at = shape.Instant(required=False, allow_null=True, help_text="Now when absent.")
    currency = shape.Text(max_length=3, help_text="The venue's.")
    guest = guest_data.GuestShape(required=False, allow_null=True)
    contact = shape.Id(required=False, allow_null=True, help_text="Chosen by staff; not for widget keys.")
    marketing_opt_in = guest_data.MarketingOptInShape(required=False, allow_null=True)
    confirm_blocked = shape.Flag(
        required=False, help_text="Staff take it although the guest may not order; not for widget keys."
    )

    class Meta:
        ref_name = "NewOrder"


class OrderChangesShape(AmountsShape):
    guest = guest_data.GuestShape(allow_null=True)

    class Meta:
        ref_name = "OrderChanges"


class OrderStatusShape(shape.Shape):
    status = shape.Choice(choices=STATUS_CHOICES)
    at = shape.Instant(required=False, allow_null=True, help_text="The time of the tap; now when absent.")

    class Meta:
        ref_name = "OrderStatusChange"


class RefundShape(shape.Shape):
    amount_minor = shape.Integer(min_value=1, max_value=LARGEST_AMOUNT)
    reason = shape.OptionalText(max_length=200)

    class Meta:
        ref_name = "NewRefund"


class OrderLinkShape(shape.Shape):
    contact = shape.Id(allow_null=True)

    class Meta:
        ref_name = "OrderLink"


class OrderQuery(ChangesShape):
    venue = shape.Id(required=False)
    status = serializers.ListField(child=serializers.ChoiceField(OrderStatus.choices), required=False)
    contact = shape.Id(required=False)
    placed_after = shape.InstantParameter(required=False)
    placed_before = shape.InstantParameter(required=False)
    q = shape.Text(
        required=False,
        allow_blank=True,
        max_length=QUERY_MAX_LENGTH,
        help_text="An external id, or the guest's name, e-mail or phone.",
    )
    ordering = serializers.ChoiceField([(name, name) for name in ORDERINGS], required=False)


LOOKUPS = {
    "venue": "venue_id",
    "status": "status__in",
    "contact": "contact_id",
    "placed_after": "placed_at__gte",
    "placed_before": "placed_at__lte",
    "updated_since": "updated_at__gte",
}
EXAMPLE = {
    "venue": "0198c5a0-0000-7000-8000-000000000000",
    "kind": "takeaway",
    "channel": "order_web",
    "placed_at": "2026-11-20T19:12:00+01:00",
    "items": [{"name": "Margherita", "quantity": 2, "unit_price_minor": 850, "category": "Pizza"}],
    "taxes": [{"name": "IVA 10%", "amount_minor": 155, "is_included": True}],
    "tip_minor": 200,
    "total_minor": 1700,
    "currency": "EUR",
    "guest": {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com", "phone": "333 123 4567"},
    "marketing_opt_in": {"email": True, "wording": "newsletter-2026-01"},
}


class OrderList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.ORDERS_READ, "POST": Permission.ORDERS_CREATE}

    @describe("List orders", query=OrderQuery, answer=pagination.listing(OrderDocument))
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(OrderQuery)
        wanted = {LOOKUPS[name]: value for name, value in parameters.items() if name in LOOKUPS}
        rows = finding.matching(visible().filter(**wanted), parameters.get("q", ""))
        usual = "updated_at" if "updated_since" in parameters else "placed_at"
        return self.page(rows, represent, by=usual, table=ORDERINGS, parameters=parameters)

    @describe(
        "Take an order, and its guest into the list",
        description="201 for a new order; 200 with the first one when the external id is known; "
        "409 `ordering_unavailable` for a public order while the venue takes none, `ordering_blocked` when staff take one of "
        "a blocked guest without `confirm_blocked`.",
        body=OrderShape,
        answer=OrderDocument,
        status=(201, 200),
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        draft = _draft(self.body(OrderShape))
        taken = taking.take(draft)
        self.subject = taken.order.contact_id
        content = _content(taken, draft) | guest_data.reception(
            contact=taken.order.contact_id, crm_sync=taken.crm_sync, warnings=taken.warnings
        )
        return self.answer(content, status=201 if taken.is_new else 200, version=taken.order.version)


class OrderDetail(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.ORDERS_READ, "PATCH": Permission.ORDERS_WRITE}

    @describe("Read an order", answer=OrderDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        order = visible().get(pk=id)
        return self.answer(represent([order])[0], version=order.version)

    @describe(
        "Change an order; its guest data reach the contact while it is open",
        description="What was ordered can be changed while the order is open, and must add up again.",
        body=OrderChangesShape,
        answer=OrderDocument,
        example={"notes": "no onions", "guest": {"phone": "333 765 4321"}},
    )
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        order = visible().get(pk=id)
        self.check_version(order.version)
        values = self.body(OrderChangesShape, partial=True)
        given = values.pop("guest", None)
        edited = editing.edit(
            order,
            values | _ordered(values),
            guest=None if given is None else guest_data.of(given),
            snapshot=None if given is None else guest_data.snapshot(given),
        )
        self.subject = edited.order.contact_id
        content = represent([edited.order])[0] | guest_data.reception(
            contact=edited.order.contact_id, crm_sync=edited.crm_sync, warnings=edited.warnings
        )
        return self.answer(content, version=edited.order.version)


class OrderStatusChange(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.ORDERS_WRITE}

    @describe(
        "Give an order a status; any may follow any other",
        description="`refunded` is set by refunds only.",
        body=OrderStatusShape,
        answer=OrderDocument,
        example={"status": "fulfilled", "at": "2026-11-20T19:40:00+01:00"},
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        order = visible().get(pk=id)
        self.check_version(order.version)
        values = self.body(OrderStatusShape)
        return _changed(self, fulfilment.set_status(order, OrderStatus(values["status"]), at=values.get("at")))


class OrderRefunds(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.ORDERS_WRITE}

    @describe(
        "Refund an order, in part or in full",
        description="All refunds together are at most the total; an order of which all went back is `refunded`.",
        body=RefundShape,
        answer=OrderDocument,
        status=201,
        example={"amount_minor": 850, "reason": "one was cold"},
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        order = visible().get(pk=id)
        self.check_version(order.version)
        values = self.body(RefundShape)
        order = refunding.refund(order, values["amount_minor"], reason=values.get("reason", ""))
        return _changed(self, order, status=201)


class OrderContact(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.ORDERS_WRITE}

    @describe(
        "Link an order to a contact, final ones too; null unlinks",
        body=OrderLinkShape,
        answer=OrderDocument,
        example={"contact": "0198c5a0-0000-7000-8000-000000000000"},
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        order = visible().get(pk=id)
        self.check_version(order.version)
        return _changed(self, linking.link(order, self.body(OrderLinkShape)["contact"]))


def visible() -> QuerySet[Order]:
    """The tenant's orders, or those of the one venue that the key is bound to."""
    bound = scope.actor().venue_id
    rows: QuerySet[Order] = Order.objects.select_related("venue")
    return rows if bound is None else rows.filter(venue_id=bound)


def _changed(endpoint: Endpoint, order: Order, *, status: int = 200) -> HttpResponse:
    endpoint.subject = order.contact_id
    return endpoint.answer(represent([order])[0], status=status, version=order.version)


def _content(taken: Taken, draft: Draft) -> dict[str, Any]:
    if guest_data.is_widget():
        return receipt(taken.order, draft)
    return represent_new(taken.order, draft.amounts) if taken.is_new else represent([taken.order])[0]


def _draft(values: dict[str, Any]) -> Draft:
    kind = OrderKind(values["kind"])
    channel = Channel(values.get("channel") or _usual_channel(kind))
    if guest_data.is_widget():
        _check_widget(values, channel)
    opt_in = guest_data.opt_in(values.get("marketing_opt_in"))
    given = values.get("guest")
    money_given = {name: values[name] for name in editing.MONEY_FIELDS if name in values}
    return Draft(
        venue=references.venue(values["venue"]),
        kind=kind,
        channel=channel,
        amounts=Amounts(**money_given, **_ordered(values)),
        currency=values["currency"],
        placed_at=values.get("placed_at"),
        guest=guest_data.of(given or {}),
        snapshot=guest_data.snapshot(given or {}),
        contact=values.get("contact"),
        opt_in=opt_in,
        confirms_block=values.get("confirm_blocked", False),
        **{name: values[name] for name in ("notes", "provider", "external_id") if name in values},
    )


def _ordered(values: dict[str, Any]) -> dict[str, Any]:
    """Items and taxes of checked values, as the rules take them."""
    kinds: dict[str, type[Item | Tax]] = {"items": Item, "taxes": Tax}
    return {name: tuple(kind(**one) for one in values[name]) for name, kind in kinds.items() if name in values}


def _usual_channel(kind: OrderKind) -> Channel:
    """The channel of an order that does not name one."""
    actor = scope.actor()
    if actor.preset == Preset.WIDGET:
        return Channel.SELF_ORDER if kind == OrderKind.SELF_ORDER else Channel.ORDER_WEB
    if actor.preset == Preset.POS:
        return Channel.POS
    return Channel.STAFF if actor.kind == ActorKind.USER else Channel.API


def _check_widget(values: dict[str, Any], channel: Channel) -> None:
    """What a public web page may not state (API.md, Conventions)."""
    is_faulty = {
        "channel": channel not in WIDGET_CHANNELS,
        "contact": values.get("contact") is not None,
        "confirm_blocked": "confirm_blocked" in values,
    }
    for field, refused in is_faulty.items():
        if refused:
            raise refused_field(field, "not_allowed", _("A widget key may not send this."))
