"""What erasing a guest leaves of WiFi sessions: that somebody was there, and when (R-PRIV-1)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from wifi.models import WifiSession

WIFI_SESSION = "wifi_session"


def erase(contact_ids: Sequence[UUID]) -> None:
    WifiSession.objects.filter(contact__in=contact_ids).update(guest={})


def erase_fact(kind: str, fact_id: UUID) -> bool:
    return kind == WIFI_SESSION and bool(WifiSession.objects.filter(pk=fact_id).update(guest={}))
