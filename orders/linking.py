"""Linking an order to another contact, final ones too: its visit and spend move along (R-WRITE-4, R-VISIT-3)."""

from __future__ import annotations

from uuid import UUID

from audit.actions import Action
from crm import fact_linking
from orders import presence
from orders.models import Order


def link(order: Order, contact_id: UUID | None) -> Order:
    """Give the order to this contact, or to nobody. Raises UnknownContact for an id that is no active contact."""
    return fact_linking.link(order, contact_id, action=Action.ORDER_LINKED, follow=presence.follow)
