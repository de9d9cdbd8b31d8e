"""Voiding a receipt: it stays, and is no purchase any more (R-ORDER-1, R-CRM-2). That is final."""

from __future__ import annotations

import datetime

from audit import recording
from audit.actions import Action
from crm import fact_locking, statistics
from orders.models import Receipt


def void(receipt: Receipt, *, at: datetime.datetime) -> Receipt:
    """Void a receipt; one that is voided already stays as it is. Spend and statistics follow."""
    receipt = fact_locking.lock(receipt)
    if receipt.is_voided:
        return receipt
    receipt.voided_at = receipt.updated_at = at
    receipt.version += 1
    receipt.save(update_fields=["voided_at", "version", "updated_at"])
    if receipt.contact_id is not None:
        statistics.refresh(receipt.contact_id)
    recording.record(
        Action.RECEIPT_VOIDED,
        receipt,
        before={"is_voided": False},
        after={"is_voided": True, "total_minor": receipt.total_minor},
        venue_id=receipt.venue_id,
    )
    return receipt
