"""Who bought an item, or of a category, in a period (R-CRM-5): by the lines of what counts as a purchase.

Names are compared without case and accents, as a whole. Item and category named together are those of one line; a period alone
is of any purchase. Both ends of a period are included, in days of the venue.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from crm import search
from crm.models import Contact
from orders import lines
from orders.models import OrderLine, OrderStatus, ReceiptLine

Contacts = QuerySet[Contact, Any]


@dataclass(frozen=True, slots=True)
class LineSource:
    """Lines with the columns `item_key` and `category_key`, and the ways to the contact and the day of their purchase.

    `counting` are the conditions under which a line is of a purchase.
    """

    model: type[models.Model]
    contact: str
    day: str
    counting: Mapping[str, Any] = field(default_factory=dict)


ORDERS = LineSource(OrderLine, "order__contact", "order__service_date", {"order__status": OrderStatus.FULFILLED})
RECEIPTS = LineSource(
    ReceiptLine,
    "receipt__contact",
    "receipt__business_date",
    {"receipt__order__isnull": True, "receipt__voided_at__isnull": True},
)
SOURCES = [ORDERS, RECEIPTS]


def by(
    contacts: Contacts,
    *,
    item: str = "",
    category: str = "",
    after: datetime.date | None = None,
    before: datetime.date | None = None,
) -> Contacts:
    """The contacts among these that bought it. Without any condition, all of them."""
    keys = {"item_key": lines.key(item), "category_key": lines.key(category)}
    named = {name: key for name, key in keys.items() if key}
    if not named and after is None and before is None:
        return contacts
    found = Q(pk=None)
    for source in SOURCES:
        # Buyers are few beside the whole list: they are gathered first.
        found |= Q(search.among(_buyers(source, named, after, before)))
    return contacts.filter(found)


def _buyers(
    source: LineSource, named: Mapping[str, str], after: datetime.date | None, before: datetime.date | None
) -> QuerySet[Any, Any]:
    ends = {f"{source.day}__gte": after, f"{source.day}__lte": before}
    period = {name: day for name, day in ends.items() if day is not None}
    model: Any = source.model
    bought: QuerySet[Any, Any] = model.objects.filter(**named, **source.counting, **period)
    return bought.order_by().values(source.contact)
