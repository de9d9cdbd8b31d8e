"""What bookings hold on contacts: counters and the no-show rate (R-CRM-2)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from bookings import erasing, personal_data
from bookings.models import OPEN, PRESENT, Booking, BookingKind, BookingStatus
from crm import facets
from crm.facets import Counters, Upcoming
from crm.facts import Snapshots
from crm.holdings import Place
from crm.models import Contact

RATE_DAYS = 180


class BookingFacet(facets.ContactFacet):
    name = "bookings"

    def tables(self) -> Iterable[type[models.Model]]:
        return [Booking]

    def holdings(self) -> Iterable[Place]:
        return personal_data.HOLDINGS

    def export(self, contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
        return personal_data.export(contact_ids, nobodys)

    def activity(self) -> Iterable[str]:
        return personal_data.ACTIVITY

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

    def upcoming(self, contact_ids: list[UUID], *, at: datetime.datetime) -> Iterable[Upcoming]:
        return erasing.upcoming(Q(contact__in=contact_ids), at=at)

    def upcoming_fact(self, kind: str, fact_id: UUID, *, at: datetime.datetime) -> Iterable[Upcoming]:
        return erasing.upcoming(Q(pk=fact_id), at=at) if kind == erasing.BOOKING else ()

    def call_off(self, facts: Collection[Upcoming], *, at: datetime.datetime) -> None:
        erasing.call_off(facts, at=at)

    def snapshots(self) -> Iterable[Snapshots]:
        return personal_data.SNAPSHOTS

    def erase(self, contact_ids: list[UUID]) -> None:
        erasing.erase(contact_ids)

    def erase_fact(self, kind: str, fact_id: UUID) -> bool:
        return erasing.erase_fact(kind, fact_id)

    def came_due(self) -> Iterable[str]:
        due = ", ".join(f"'{status.value}'" for status in sorted((*PRESENT, BookingStatus.NO_SHOW)))
        yield (
            f"SELECT contact_id, status = '{BookingStatus.NO_SHOW.value}' FROM {Booking._meta.db_table} "  # noqa: S608 (our own table)
            f"WHERE tenant_id = $1 AND contact_id = ANY($2) AND starts_at >= $3::timestamptz - interval '{RATE_DAYS} days' "
            f"AND status IN ({due})"
        )

    def no_shows(self, since: str) -> Iterable[str]:
        yield (
            f"SELECT contact_id, id, status_at FROM {Booking._meta.db_table} WHERE tenant_id = $1 AND contact_id = ANY($2) "  # noqa: S608 (our own table)
            f"AND starts_at >= {since}::timestamptz AND status = '{BookingStatus.NO_SHOW.value}'"
        )

    def bookings_made(self) -> Iterable[str]:
        yield (
            f"SELECT id, contact_id, venue_id, created_at FROM {Booking._meta.db_table} WHERE tenant_id = $1 "  # noqa: S608 (our own table)
            f"AND kind = '{BookingKind.RESERVATION.value}' "
            f"AND status NOT IN ('{BookingStatus.CANCELLED.value}', '{BookingStatus.REJECTED.value}')"
        )


facets.register(BookingFacet())
