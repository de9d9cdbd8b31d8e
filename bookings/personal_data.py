"""What bookings hold on people: where to look for somebody, what a guest is handed, what is activity (R-PRIV-1, R-PRIV-2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from bookings.models import Booking
from crm import data_export, holdings
from crm.holdings import Place

HOLDINGS = (Place("booking", Booking._meta.db_table, holdings.snapshot("notes"), "starts_at", state="status"),)
# A booking that is still to come counts as well.
ACTIVITY = (
    (
        f"SELECT contact_id FROM {Booking._meta.db_table} WHERE tenant_id = $1 AND contact_id = ANY($2) "  # noqa: S608 (our own table)
        "AND (starts_at >= $3::timestamptz OR created_at >= $3::timestamptz)"
    ),
)


def export(contact_ids: list[UUID]) -> dict[str, Any]:
    found = Booking.objects.filter(contact__in=contact_ids).order_by("starts_at", "pk")
    columns = (
        *("id", "venue__name", "kind", "channel", "status", "starts_at", "party_size", "notes", "table", "occasion"),
        *("provider", "external_id", "guest", "arrived_at", "created_at"),
    )
    return {"bookings": data_export.listed(found, *columns)}
