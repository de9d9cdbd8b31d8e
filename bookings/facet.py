"""What bookings hold on contacts: counters and the no-show rate (R-CRM-2)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from bookings.models import PRESENT, Booking, BookingStatus
from crm import facets
from crm.facets import Counters

RATE_WINDOW = datetime.timedelta(days=180)


class BookingFacet(facets.ContactFacet):
    name = "bookings"

    def tables(self) -> Iterable[type[models.Model]]:
        return [Booking]

    def counters(self) -> Iterable[Counters]:
        return [
            Counters(
                Booking._meta.db_table,
                {
                    "booking_count": "count(*)",
                    "cancelled_count": f"count(*) FILTER (WHERE status = '{BookingStatus.CANCELLED.value}')",
                    "no_show_count": f"count(*) FILTER (WHERE status = '{BookingStatus.NO_SHOW.value}')",
                },
            )
        ]

    def no_show_rates(self, contact_ids: list[UUID]) -> dict[UUID, float]:
        since = timezone.now() - RATE_WINDOW
        due = Booking.objects.filter(
            contact__in=contact_ids, starts_at__gte=since, status__in=[*PRESENT, BookingStatus.NO_SHOW]
        )
        missed = Count("pk", filter=Q(status=BookingStatus.NO_SHOW))
        rows = due.values_list("contact_id").annotate(Count("pk"), missed=missed)
        return {contact_id: no_shows / count for contact_id, count, no_shows in rows}


facets.register(BookingFacet())
