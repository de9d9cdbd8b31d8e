"""Linking a receipt to another contact: its spend moves along (R-WRITE-4)."""

from __future__ import annotations

from uuid import UUID

from audit.actions import Action
from crm import fact_linking, statistics
from orders.models import Receipt


def link(receipt: Receipt, contact_id: UUID | None) -> Receipt:
    """Give the receipt to this contact, or to nobody. Raises UnknownContact for an id that is no active contact."""
    return fact_linking.link(receipt, contact_id, action=Action.RECEIPT_LINKED, follow=_follow)


def _follow(receipt: Receipt) -> None:
    if receipt.contact_id is not None:
        statistics.refresh(receipt.contact_id)
