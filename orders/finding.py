"""Finding orders by what somebody types: the provider's number of an order, or its guest as in the list (R-CRM-4)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from crm import search
from crm.models import Contact, ContactState
from orders.models import Order
from tenants.models import Tenant


def matching(orders: QuerySet[Order, Any], q: str) -> QuerySet[Order, Any]:
    """The orders among these with this external id, or of a guest whom the query finds. An empty query filters nothing."""
    if not q.strip():
        return orders
    has_digits = any(map(str.isdigit, q))
    country = Tenant.objects.values_list("country", flat=True).get() if has_digits else None
    contacts = Contact.objects.filter(state=ContactState.ACTIVE)
    guests = search.matching(contacts, q, country=country)
    is_sought = Q(external_id=q.strip())
    if guests is not contacts:
        is_sought |= Q(contact__in=guests.order_by().values("pk"))
    return orders.filter(is_sought)
