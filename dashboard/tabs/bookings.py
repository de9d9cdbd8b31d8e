"""The bookings of a contact, upcoming and past by date; each opens its day's board (R-CRM-3)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext_lazy

from bookings import upcoming
from bookings.models import Booking, BookingStatus
from crm.channel import Channel
from dashboard.tabs.frame import Card, Tab
from tenants import keyset

BY_START = keyset.orderings(starts_at=("starts_at", "id"))
TONES = {
    BookingStatus.CONFIRMED: "blue",
    BookingStatus.ARRIVED: "green",
    BookingStatus.FINISHED: "green",
    BookingStatus.NO_SHOW: "red",
}


def fill(card: Card) -> dict[str, Any]:
    now = timezone.now()
    awaited = upcoming.of(card.contact, at=now)
    found = card.rows(upcoming.others(card.contact, at=now), "-starts_at", BY_START)
    first_page = awaited.none() if card.query.get("cursor") else awaited.order_by("starts_at", "id")
    return {
        "upcoming": [_booking(card, one) for one in first_page],
        "past": [_booking(card, one) for one in found.rows],
        "older_url": card.older_url("bookings", found),
    }


def _booking(card: Card, booking: Booking) -> dict[str, Any]:
    venue = card.venues[booking.venue_id]
    place = {"date": booking.service_date.isoformat(), "venue": venue.pk, "booking": booking.pk}
    return {
        "starts_at": booking.starts_at.astimezone(venue.zone),
        "party_size": booking.party_size,
        "venue": venue.name,
        "channel_label": Channel(booking.channel).label,
        "notes": booking.notes,
        "status_label": BookingStatus(booking.status).label,
        "tone": TONES.get(BookingStatus(booking.status), ""),
        "board_url": f"{card.page('board')}?{urlencode(place)}#b-{booking.pk}",
    }


TAB = Tab("bookings", gettext_lazy("Bookings"), fill, lambda contact: contact.stats.booking_count)
