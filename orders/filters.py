"""The filters of the guest list that ask for purchases (R-CRM-5): orders, spend, average ticket, what was bought.

The imported baseline of orders and spend counts (R-IO-2). Amounts are minor units of the currency of a contact's latest
purchase. Who has bought nothing has no average ticket.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm import search
from crm.figure_ranges import Range
from crm.gathering import Candidates
from crm.models import Contact
from orders import bought
from orders.bought import Wish
from orders.models import OrderingBlock

Contacts = QuerySet[Contact, Any]

ORDERS = Range("order_count", "orders_min", "orders_max", imported="imported_order_count")
SPEND = Range("spend_minor", "spend_min", "spend_max", imported="imported_spend_minor")
TICKET = Range("average_ticket_minor", "average_ticket_min", "average_ticket_max", only="purchase_count > 0")
RANGES = (ORDERS, SPEND, TICKET)
# Parameters in minor units.
AMOUNTS = frozenset(name for one in (SPEND, TICKET) for name in (one.least, one.most))


def at_least_orders(contacts: Contacts, name: str, value: int) -> Contacts:
    return ORDERS.at_least(contacts, value)


def at_most_orders(contacts: Contacts, name: str, value: int) -> Contacts:
    return ORDERS.at_most(contacts, value)


def at_least_spend(contacts: Contacts, name: str, value: int) -> Contacts:
    return SPEND.at_least(contacts, value)


def at_most_spend(contacts: Contacts, name: str, value: int) -> Contacts:
    return SPEND.at_most(contacts, value)


def at_least_ticket(contacts: Contacts, name: str, value: int) -> Contacts:
    return TICKET.at_least(contacts.filter(stats__purchase_count__gt=0), value)


def at_most_ticket(contacts: Contacts, name: str, value: int) -> Contacts:
    return TICKET.at_most(contacts.filter(stats__purchase_count__gt=0), value)


def blocked(contacts: Contacts, name: str, value: bool) -> Contacts:
    """Few ever are: they are gathered first (R-ORDER-2)."""
    held = search.among(OrderingBlock.objects.values("contact"))
    return contacts.filter(held) if value else contacts.exclude(held)


def together(contacts: Contacts, name: str, value: object) -> Contacts:
    """The filters by what was bought mean one thing together: `narrow` acts on them at once."""
    return contacts


def narrow(contacts: Contacts, values: Mapping[str, Any]) -> Contacts:
    return bought.narrow(contacts, Wish.of(values))


def candidates(values: Mapping[str, Any]) -> Iterator[Candidates]:
    return bought.candidates(Wish.of(values))


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
