"""What promotion sign-ups and inquiries share at the door: who sent them, and how they are listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import QuerySet

from api import guest_data, references, shape
from api.pagination import ChangesShape
from outreach.arrival import Sender
from outreach.models import Inquiry, PromotionSignup
from tenants import scope

LOOKUPS = {"venue": "venue_id", "contact": "contact_id", "updated_since": "updated_at__gte"}
Sent = TypeVar("Sent", PromotionSignup, Inquiry)


class SenderShape(shape.Shape):
    venue = shape.Id()
    guest = guest_data.GuestShape()
    marketing_opt_in = guest_data.MarketingOptInShape(required=False, allow_null=True)


class SentQuery(ChangesShape):
    venue = shape.Id(required=False)
    contact = shape.Id(required=False)


def of(values: Mapping[str, Any]) -> Sender:
    """The sender of checked values. Raises BadInput for a venue the actor may not act for."""
    return Sender(
        opt_in=guest_data.opt_in(values.get("marketing_opt_in")),
        venue=references.venue(values["venue"]),
        guest=guest_data.of(values["guest"]),
        snapshot=guest_data.snapshot(values["guest"]),
    )


def visible(table: type[Sent]) -> QuerySet[Sent]:
    """The tenant's rows, or those of the one venue that the key is bound to."""
    bound = scope.actor().venue_id
    rows: QuerySet[Sent] = table.objects.select_related("venue")
    return rows if bound is None else rows.filter(venue_id=bound)


def narrow(rows: QuerySet[Sent], parameters: Mapping[str, Any]) -> QuerySet[Sent]:
    return rows.filter(**{LOOKUPS[name]: value for name, value in parameters.items() if name in LOOKUPS})
