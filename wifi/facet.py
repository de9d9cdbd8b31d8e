"""What WiFi holds on contacts: their sessions. They count in visits alone, never in bookings or orders (R-VISIT-4)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from crm import facets
from crm.models import Contact
from wifi.models import WifiSession


class WifiFacet(facets.ContactFacet):
    name = "wifi"

    def tables(self) -> Iterable[type[models.Model]]:
        return [WifiSession]

    def reassign(self, loser: Contact, winner: Contact) -> None:
        WifiSession.objects.filter(contact=loser).update(contact=winner)


facets.register(WifiFacet())
