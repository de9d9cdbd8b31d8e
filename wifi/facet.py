"""What WiFi holds on contacts: their sessions. They count in visits alone, never in bookings or orders (R-VISIT-4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models

from crm import facets
from crm.facts import Snapshots
from crm.holdings import Place
from crm.models import Contact
from wifi import erasing, personal_data
from wifi.models import WifiSession


class WifiFacet(facets.ContactFacet):
    name = "wifi"

    def tables(self) -> Iterable[type[models.Model]]:
        return [WifiSession]

    def holdings(self) -> Iterable[Place]:
        return personal_data.HOLDINGS

    def export(self, contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
        return personal_data.export(contact_ids, nobodys)

    def activity(self) -> Iterable[str]:
        return personal_data.ACTIVITY

    def reassign(self, loser: Contact, winner: Contact) -> None:
        WifiSession.objects.filter(contact=loser).update(contact=winner)

    def snapshots(self) -> Iterable[Snapshots]:
        return personal_data.SNAPSHOTS

    def erase(self, contact_ids: list[UUID]) -> None:
        erasing.erase(contact_ids)

    def erase_fact(self, kind: str, fact_id: UUID) -> bool:
        return erasing.erase_fact(kind, fact_id)


facets.register(WifiFacet())
