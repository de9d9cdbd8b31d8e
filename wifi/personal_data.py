"""What WiFi logins hold on people: where to look, what a guest is handed, what counts as activity (R-PRIV-1, R-PRIV-2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crm import activity, data_export, holdings
from crm.facts import Snapshots
from crm.holdings import Place
from wifi.erasing import WIFI_SESSION
from wifi.models import WifiSession

HOLDINGS = (Place("wifi_session", WifiSession._meta.db_table, holdings.snapshot(), "connected_at"),)
SNAPSHOTS = (Snapshots(WIFI_SESSION, WifiSession, "connected_at", {}),)
ACTIVITY = (activity.rows_since(WifiSession, "connected_at"),)


def export(contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
    found = WifiSession.objects.filter(data_export.facts(contact_ids, nobodys)).order_by("connected_at", "pk")
    columns = ("id", "venue__name", "provider", "external_id", "connected_at", "guest", "created_at")
    return {"wifi_sessions": data_export.listed(found, *columns)}
