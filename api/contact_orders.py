"""A contact's orders, by period and status (R-CRM-3)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import contacts, order_document, orders, pagination, shape
from api.endpoint import Endpoint
from api.order_document import OrderDocument
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from orders.models import OrderStatus
from tenants.permissions import Permission


class ContactOrdersQuery(PageShape):
    status = serializers.ListField(child=serializers.ChoiceField(OrderStatus.choices), required=False)
    placed_after = shape.InstantParameter(required=False)
    placed_before = shape.InstantParameter(required=False)


class ContactOrderList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.ORDERS_READ}

    @describe("A contact's orders, newest first", query=ContactOrdersQuery, answer=pagination.listing(OrderDocument))
    def get(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        parameters = self.query(ContactOrdersQuery)
        wanted = {orders.LOOKUPS[name]: value for name, value in parameters.items() if name in orders.LOOKUPS}
        rows = orders.visible().filter(contact=contact, **wanted)
        return self.page(rows, order_document.represent, by="-placed_at", table=orders.ORDERINGS, parameters=parameters)
