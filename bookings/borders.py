"""A venue whose zone or day border moves takes its open bookings along (R-VISIT-2).

Else a table for half past midnight, booked before the border was set to five, would be missing on the board of the evening
it belongs to. What has been settled stays on the day it counted for. Source: ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from bookings.models import OPEN, Booking
from staff import venues
from tenants.models import Venue

_MOVES_DAYS = ("timezone", "day_starts_at")


def update_venue(venue: Venue, changes: Mapping[str, Any]) -> Venue:
    """Change a venue's settings, and the days of its open bookings with them. Raises what staff.venues.update raises."""
    before = [getattr(venue, name) for name in _MOVES_DAYS]
    venues.update(venue, changes)
    if before != [getattr(venue, name) for name in _MOVES_DAYS]:
        _settle(venue)
    return venue


def _settle(venue: Venue) -> None:
    moved = []
    for booking in Booking.objects.filter(venue=venue, status__in=OPEN).select_for_update(no_key=True).order_by("pk"):
        day = venue.local_day(booking.starts_at)
        if day != booking.service_date:
            booking.service_date, booking.updated_at = day, timezone.now()
            moved.append(booking)
    Booking.objects.bulk_update(moved, ["service_date", "updated_at"], batch_size=1000)
