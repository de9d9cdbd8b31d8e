"""The visits of a contact explained: why the counter differs from the bookings, and each day's sources (R-VISIT-3, R-VISIT-4)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from crm.models import Visit, VisitSource, VisitSourceKind
from crm.visits import Breakdown
from dashboard.tabs.frame import Card, Tab
from dashboard.templatetags.coperto import clock
from tenants import keyset
from tenants.models import Venue

BY_DAY = keyset.orderings(local_date=("local_date", "id"))


def fill(card: Card) -> dict[str, Any]:
    found = card.rows(Visit.objects.filter(contact=card.contact), "-local_date", BY_DAY)
    sources = _sources(card, found.rows)
    return {
        "breakdown": _breakdown(card.contact.stats.visit_count, card.breakdown),
        "visits": [
            {"on": one.local_date, "venue": card.venues[one.venue_id].name, "sources": sources[one.pk]}
            for one in found.rows
        ],
        "older_url": card.older_url("visits", found),
    }


def _sources(card: Card, found: list[Visit]) -> dict[UUID, list[str]]:
    venues = {visit.pk: card.venues[visit.venue_id] for visit in found}
    sources: dict[UUID, list[str]] = defaultdict(list)
    for source in VisitSource.objects.filter(visit__in=list(venues)).order_by("happened_at", "id"):
        sources[source.visit_id].append(_source(source, venues[source.visit_id]))
    return sources


def _source(source: VisitSource, venue: Venue) -> str:
    label = VisitSourceKind(source.kind).label
    return f"{label} {clock(source.happened_at.astimezone(venue.zone))}"


def _breakdown(counted: int, parts: Breakdown) -> list[dict[str, Any]]:
    """Why the counter differs from the bookings: always with the parts that make it up."""
    rows = [
        (counted, ngettext("visit", "visits", counted), True),
        (parts.bookings, _("by bookings"), True),
        (parts.orders, _("by orders"), bool(parts.orders)),
        (parts.wifi_only, _("by WiFi only, not in the bookings"), bool(parts.wifi_only)),
        (parts.imported, _("imported, counted apart"), bool(parts.imported)),
        (
            parts.distinct_days,
            ngettext("different day", "different days", parts.distinct_days),
            parts.distinct_days != counted,
        ),
    ]
    return [{"count": count, "label": label} for count, label, is_shown in rows if is_shown]


TAB = Tab("visits", pgettext_lazy("tab", "Visits"), fill, lambda contact: contact.stats.visit_count)
