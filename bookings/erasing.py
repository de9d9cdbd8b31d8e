"""What erasing a guest leaves of bookings: that somebody came, when, how many, and how it ended (R-PRIV-1)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from bookings import lifecycle
from bookings.models import OPEN, Booking, BookingStatus
from crm.facets import Upcoming

# A guest may be late; a day after the start nobody expects them any more.
EXPECTED_FOR = datetime.timedelta(days=1)
WIPED: dict[str, Any] = {"guest": {}, "notes": "", "table": "", "occasion": ""}
BOOKING = "booking"


def upcoming(which: Q, *, at: datetime.datetime) -> Iterable[Upcoming]:
    """Bookings whose guest has not come yet, and may still."""
    still = Booking.objects.filter(which, status__in=OPEN, starts_at__gte=at - EXPECTED_FOR)
    for booking in still.order_by("starts_at", "pk"):
        yield Upcoming(BOOKING, booking.pk, booking.venue_id, booking.starts_at, booking.service_date)


def call_off(facts: Collection[Upcoming], *, at: datetime.datetime) -> None:
    for booking in Booking.objects.filter(pk__in=[fact.id for fact in facts if fact.kind == BOOKING]).order_by("pk"):
        lifecycle.set_status(booking, BookingStatus.CANCELLED, at=at)


def erase(contact_ids: Sequence[UUID]) -> None:
    _wipe(Q(contact__in=contact_ids))


def erase_fact(kind: str, fact_id: UUID) -> bool:
    return kind == BOOKING and _wipe(Q(pk=fact_id)) > 0


def _wipe(which: Q) -> int:
    found = Booking.objects.filter(which)
    return int(found.update(**WIPED, version=F("version") + 1, updated_at=timezone.now()))
