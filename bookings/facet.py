"""What bookings hold on contacts: counters and the no-show rate (R-CRM-2)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.utils import timezone

from bookings.models import PRESENT, Booking, BookingStatus
from crm import facets
from crm.facets import Counters
from tenants import rows, scope

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
        due = [status.value for status in (*PRESENT, BookingStatus.NO_SHOW)]
        return dict(rows.run(_RATES, scope.tenant_id(), contact_ids, since, due))


_RATES = f"""
    SELECT contact_id, avg((status = '{BookingStatus.NO_SHOW.value}')::integer)::float8 FROM {Booking._meta.db_table}
    WHERE tenant_id = %s AND contact_id = ANY(%s) AND starts_at >= %s AND status = ANY(%s) GROUP BY contact_id
"""  # noqa: S608 (our own table)

facets.register(BookingFacet())
