"""`contacts/{id}/ordering-block/`: who may not order, and the orders that were refused (R-ORDER-2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import contacts, pagination
from api.contact_document import ContactDocument
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from orders import attempts, blocking
from orders.models import OrderAttempt, OrderKind
from tenants import scope
from tenants.permissions import Permission


class OrderAttemptDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    venue = serializers.UUIDField()
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(OrderKind.choices)
    total_minor = serializers.IntegerField()
    currency = serializers.CharField()

    class Meta:
        ref_name = "OrderAttempt"


class ContactOrderingBlock(Endpoint):
    required: ClassVar[Required] = {"PUT": Permission.ORDERING_BLOCK, "DELETE": Permission.ORDERING_UNBLOCK}

    @describe(
        "Block a contact from ordering, with every e-mail it has, had or gains",
        description="Saved at once; the guest hears what everybody hears when ordering is paused. Twice changes nothing.",
        answer=ContactDocument,
    )
    def put(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        self.empty_body()
        blocking.block(contact)
        return contacts.answer_with_contact(self, contact.pk)

    @describe("Let a contact order again", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        self.empty_query()
        blocking.lift(contact)
        return self.answer(status=204)


class ContactOrderingAttemptList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.ORDERS_READ}
    ORDERINGS = pagination.orderings(at=("attempted_at", "id"))

    @describe(
        "The orders of a blocked contact that were refused, newest first",
        query=PageShape,
        answer=pagination.listing(OrderAttemptDocument),
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        rows, bound = attempts.of(contacts.find(id)).select_related("venue"), scope.actor().venue_id
        rows = rows if bound is None else rows.filter(venue_id=bound)
        return self.page(rows, _represent, by="-at", table=self.ORDERINGS)


def _represent(rows: Sequence[OrderAttempt]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk,
            "venue": one.venue_id,
            "at": one.attempted_at.astimezone(one.venue.zone),
            "kind": one.kind,
            "total_minor": one.total_minor,
            "currency": one.currency,
        }
        for one in rows
    ]
