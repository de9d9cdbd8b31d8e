"""A contact's statistics: recomputed from the facts, never incremented, so that they repair themselves (R-CRM-2)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Max

from crm import facets
from crm.models import NEVER, Contact, ContactStats, Visit

COUNTERS = ("visit_count", "booking_count", "cancelled_count", "no_show_count")


@dataclass(slots=True)
class _Sums:
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTERS, 0))
    by_venue: dict[str, dict[str, int]] = field(default_factory=dict)
    last_visit_on: datetime.date = NEVER

    def add(self, venue_id: UUID, counters: dict[str, int]) -> None:
        own = self.by_venue.setdefault(str(venue_id), dict.fromkeys(COUNTERS, 0))
        for name, count in counters.items():
            own[name] += count
            self.totals[name] += count


def refresh(*contact_ids: UUID) -> None:
    """Recompute the counters of these contacts, whose rows the caller has locked."""
    ids = sorted(set(contact_ids))
    if not ids:
        return
    sums = {contact_id: _Sums() for contact_id in ids}
    _add_visits(ids, sums)
    for facet in facets.registered():
        for one in facet.statistics(ids):
            sums[one.contact_id].add(one.venue_id, one.counters)
    ContactStats.objects.bulk_create(
        [
            ContactStats(contact_id=pk, by_venue=one.by_venue, last_visit_on=one.last_visit_on, **one.totals)
            for pk, one in sums.items()
        ],
        update_conflicts=True,
        unique_fields=["contact"],
        update_fields=[*COUNTERS, "last_visit_on", "by_venue"],
    )


def _add_visits(ids: list[UUID], sums: dict[UUID, _Sums]) -> None:
    visits = Visit.objects.filter(contact__in=ids).values_list("contact_id", "venue_id")
    for contact_id, venue_id, count, last in visits.annotate(Count("pk"), Max("local_date")):
        sums[contact_id].add(venue_id, {"visit_count": count})
        sums[contact_id].last_visit_on = max(sums[contact_id].last_visit_on, last)


def open_rows(contacts: Iterable[Contact]) -> None:
    """The empty counters of new contacts."""
    ContactStats.objects.bulk_create([ContactStats(contact=contact) for contact in contacts])


def no_show_rates(contact_ids: Iterable[UUID]) -> dict[UUID, float]:
    """The no-show rate of the last 180 days of these contacts, for those that have one. Read as of now, never stored."""
    ids = list(contact_ids)
    rates: dict[UUID, float] = {}
    for facet in facets.registered():
        rates.update(facet.no_show_rates(ids))
    return rates
