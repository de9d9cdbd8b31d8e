"""What bookings hold on contacts: counters and the no-show rate (R-CRM-2)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.utils import timezone

from bookings.models import OPEN, PRESENT, Booking, BookingStatus
from crm import facets
from crm.facets import Counters, Happened
from crm.models import Contact
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

    def open_facts(self) -> Iterable[str]:
        still = ", ".join(f"'{status.value}'" for status in sorted(OPEN))
        # One that nobody closed stays open for ever: a day after its start it is no longer expected.
        yield (
            f"SELECT contact_id, 'booking' FROM {Booking._meta.db_table} WHERE tenant_id = $1 AND contact_id = ANY($2) "  # noqa: S608 (our own table)
            f"AND starts_at >= $3::timestamptz - interval '1 day' AND status IN ({still})"
        )

    def reassign(self, loser: Contact, winner: Contact) -> None:
        Booking.objects.filter(contact=loser).update(contact=winner, updated_at=timezone.now())

    def no_show_rates(self, contact_ids: list[UUID]) -> dict[UUID, float]:
        since = timezone.now() - RATE_WINDOW
        due = [status.value for status in (*PRESENT, BookingStatus.NO_SHOW)]
        return dict(rows.run(_RATES, scope.tenant_id(), contact_ids, since, due))

    def no_shows_since(self, contact_ids: list[UUID], since: datetime.datetime) -> dict[UUID, Happened]:
        found = rows.run(_NO_SHOWS, scope.tenant_id(), contact_ids, since)
        return {contact_id: Happened(count, latest_at) for contact_id, count, latest_at in found}


_RATES = f"""
    SELECT contact_id, avg((status = '{BookingStatus.NO_SHOW.value}')::integer)::float8 FROM {Booking._meta.db_table}
    WHERE tenant_id = %s AND contact_id = ANY(%s) AND starts_at >= %s AND status = ANY(%s) GROUP BY contact_id
"""  # noqa: S608 (our own table)
_NO_SHOWS = f"""
    SELECT contact_id, count(*), max(status_at) FROM {Booking._meta.db_table}
    WHERE tenant_id = %s AND contact_id = ANY(%s) AND starts_at >= %s AND status = '{BookingStatus.NO_SHOW.value}'
    GROUP BY contact_id
"""  # noqa: S608 (as above)

facets.register(BookingFacet())
