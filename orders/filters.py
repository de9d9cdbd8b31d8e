"""The filters of the guest list that ask for purchases (R-CRM-5): orders, spend, average ticket, what was bought.

The imported baseline of orders and spend counts (R-IO-2). Amounts are minor units of the currency of a contact's latest
purchase. Who has bought nothing has no average ticket.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from crm import search
from crm.models import Contact
from orders import bought
from orders.models import OrderingBlock

Contacts = QuerySet[Contact, Any]


def at_least_orders(contacts: Contacts, name: str, value: int) -> Contacts:
    return contacts.filter(stats__order_count__gte=value - F("imported_order_count"))


def at_most_orders(contacts: Contacts, name: str, value: int) -> Contacts:
    return contacts.filter(stats__order_count__lte=value - F("imported_order_count"))


def at_least_spend(contacts: Contacts, name: str, value: int) -> Contacts:
    return contacts.filter(stats__spend_minor__gte=value - F("imported_spend_minor"))


def at_most_spend(contacts: Contacts, name: str, value: int) -> Contacts:
    return contacts.filter(stats__spend_minor__lte=value - F("imported_spend_minor"))


def at_least_ticket(contacts: Contacts, name: str, value: int) -> Contacts:
    return contacts.filter(stats__purchase_count__gt=0, stats__average_ticket_minor__gte=value)


def at_most_ticket(contacts: Contacts, name: str, value: int) -> Contacts:
    return contacts.filter(stats__purchase_count__gt=0, stats__average_ticket_minor__lte=value)


def blocked(contacts: Contacts, name: str, value: bool) -> Contacts:
    """Few ever are: they are gathered first (R-ORDER-2)."""
    held = search.among(OrderingBlock.objects.values("contact"))
    return contacts.filter(held) if value else contacts.exclude(held)


def together(contacts: Contacts, name: str, value: object) -> Contacts:
    """The filters by what was bought mean one thing together: `narrow` acts on them at once."""
    return contacts


def narrow(contacts: Contacts, values: Mapping[str, Any]) -> Contacts:
    return bought.by(
        contacts,
        item=values.get("bought_item") or "",
        category=values.get("bought_category") or "",
        after=values.get("bought_after"),
        before=values.get("bought_before"),
    )


def own() -> dict[str, django_filters.Filter]:
    def number(method: Any, label: Any) -> django_filters.Filter:
        return django_filters.NumberFilter(method=method, min_value=0, label=label)

    return {
        "orders_min": number(at_least_orders, _("Orders, at least")),
        "orders_max": number(at_most_orders, _("Orders, at most")),
        "spend_min": number(at_least_spend, _("Spend, at least")),
        "spend_max": number(at_most_spend, _("Spend, at most")),
        "average_ticket_min": number(at_least_ticket, _("Average ticket, at least")),
        "average_ticket_max": number(at_most_ticket, _("Average ticket, at most")),
        "bought_item": django_filters.CharFilter(method=together, label=_("Bought item")),
        "bought_category": django_filters.CharFilter(method=together, label=_("Bought category")),
        "bought_after": django_filters.DateFilter(method=together, label=_("Bought from")),
        "bought_before": django_filters.DateFilter(method=together, label=_("Bought until")),
        "blocked": django_filters.BooleanFilter(method=blocked, label=_("Blocked from ordering")),
    }
