"""What bookings hold on people: where to look for somebody, what a guest is handed, what is activity (R-PRIV-1, R-PRIV-2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from bookings.erasing import BOOKING
from bookings.models import Booking
from crm import activity, data_export, facts, holdings
from crm.facts import Snapshots
from crm.holdings import Place

HOLDINGS = (
    Place(
        "booking",
        Booking._meta.db_table,
        holdings.snapshot("notes", '"table"', "occasion"),
        "starts_at",
        state="status",
    ),
)
SNAPSHOTS = (Snapshots(BOOKING, Booking, "starts_at", facts.NEXT_VERSION),)
# A booking that is still to come counts as well.
ACTIVITY = tuple(activity.rows_since(Booking, at) for at in ("starts_at", "created_at"))


def export(contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
    found = Booking.objects.filter(data_export.facts(contact_ids, nobodys)).order_by("starts_at", "pk")
    columns = (
        *("id", "venue__name", "kind", "channel", "status", "starts_at", "party_size", "notes", "table", "occasion"),
        *("provider", "external_id", "guest", "arrived_at", "created_at"),
    )
    return {"bookings": data_export.listed(found, *columns)}
