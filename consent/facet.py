"""What consent holds on contacts: the ledger's lines of the addresses they had (R-CONSENT-1). It counts nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import models

from consent.models import ConsentEntry
from crm import facets
from crm.facets import VenueCounters


class ConsentFacet(facets.ContactFacet):
    name = "consent"

    def tables(self) -> Iterable[type[models.Model]]:
        return [ConsentEntry]

    def statistics(self, contact_ids: list[UUID]) -> Iterator[VenueCounters]:
        return iter(())

    def no_show_rates(self, contact_ids: list[UUID]) -> dict[UUID, float]:
        return {}


facets.register(ConsentFacet())
