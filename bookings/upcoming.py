"""A contact's bookings, those still to come apart from all others: open ones that have not begun (R-CRM-3, R-WRITE-6)."""

from __future__ import annotations

import datetime

from django.db.models import QuerySet

from bookings.models import OPEN, Booking
from crm.models import Contact
from tenants.questions import Question


def of(contact: Contact, *, at: datetime.datetime) -> QuerySet[Booking]:
    upcoming: QuerySet[Booking] = Booking.objects.filter(contact=contact, starts_at__gte=at, status__in=OPEN)
    return upcoming


def others(contact: Contact, *, at: datetime.datetime) -> QuerySet[Booking]:
    """Those that are over, cancelled or refused, and those whose time has come."""
    rest: QuerySet[Booking] = Booking.objects.filter(contact=contact).exclude(starts_at__gte=at, status__in=OPEN)
    return rest


_COUNT = f"""
    SELECT count(*) FROM {Booking._meta.db_table}
    WHERE tenant_id = $1 AND contact_id = ANY($2) AND starts_at >= $3
        AND status IN ({", ".join(f"'{status.value}'" for status in sorted(OPEN))})
"""  # noqa: S608 (our own table)
# How many there are at the instant, of the contacts that are asked of.
COUNT = Question(lambda: _COUNT, 1, lambda found: int(found[0][0]))
