"""The one inversion: what the apps above tell crm about their rows on a contact.

crm counts, and later merges and erases, over rows it may not import. Each app above it registers one `ContactFacet` in
its module `facet`, which CrmConfig.ready() loads. tests/architecture walks every relation to Contact and fails when no
facet claims its table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db import models


@dataclass(frozen=True, slots=True)
class VenueCounters:
    """Counters of one contact at one venue, by the names of ContactStats."""

    contact_id: UUID
    venue_id: UUID
    counters: dict[str, int]


class ContactFacet(Protocol):
    """What one app holds on contacts."""

    name: str

    def tables(self) -> Iterable[type[models.Model]]:
        """The models of this app that refer to a contact."""

    def statistics(self, contact_ids: list[UUID]) -> Iterator[VenueCounters]:
        """The counters of these contacts, one per contact and venue that has any."""

    def no_show_rates(self, contact_ids: list[UUID]) -> dict[UUID, float]:
        """The share of no-shows among what came due in the last 180 days, for contacts that had any (R-CRM-2)."""


_facets: dict[str, ContactFacet] = {}


def register(facet: ContactFacet) -> None:
    _facets[facet.name] = facet


def registered() -> list[ContactFacet]:
    return list(_facets.values())
