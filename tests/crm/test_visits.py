"""Visits: once a day and venue, on the venue's own day, each with its sources (R-VISIT-2, R-VISIT-3, R-VISIT-4)."""

from __future__ import annotations

import datetime

import pytest
from uuid_utils.compat import uuid7

from crm import statistics, visits
from crm.models import NEVER, Contact, ContactStats, Visit, VisitSourceKind
from tenants.models import Venue
from tests.crm.guests import ANNA, take
from tests.personas import Place

DAY = datetime.date(2026, 11, 20)
NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)


def come(place, contact, kind, *, venue=None, day=DAY, source=None):
    source = source or uuid7()
    is_new = visits.record(contact, venue or place.venue, local_date=day, kind=kind, source_id=source, at=NOON)
    return source, is_new


def test_three_kinds_of_sources_on_one_day_are_one_visit(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact

    news = [come(inside, anna, kind)[1] for kind in VisitSourceKind]

    assert news == [True, False, False]
    assert Visit.objects.get().sources.count() == 3


def test_two_venues_on_one_day_are_two_visits(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact

    for venue in inside.venues:
        come(inside, anna, VisitSourceKind.WIFI, venue=venue)

    assert Visit.objects.count() == 2
    assert visits.breakdown(anna).distinct_days == 1


def test_a_source_that_moves_to_another_day_leaves_none_behind(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    source, _is_new = come(inside, anna, VisitSourceKind.BOOKING)

    come(inside, anna, VisitSourceKind.BOOKING, day=DAY + datetime.timedelta(days=1), source=source)

    assert [visit.local_date for visit in Visit.objects.all()] == [datetime.date(2026, 11, 21)]


def test_the_visit_goes_with_its_last_source(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    sources = [come(inside, anna, kind)[0] for kind in (VisitSourceKind.BOOKING, VisitSourceKind.WIFI)]

    visits.withdraw(kind=VisitSourceKind.BOOKING, source_id=sources[0])
    assert Visit.objects.count() == 1
    visits.withdraw(kind=VisitSourceKind.WIFI, source_id=sources[1])

    assert Visit.objects.count() == 0


def test_the_breakdown_explains_the_counter(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    Contact.objects.filter(pk=anna.pk).update(imported_visit_count=7)
    come(inside, anna, VisitSourceKind.BOOKING)
    come(inside, anna, VisitSourceKind.WIFI)
    come(inside, anna, VisitSourceKind.WIFI, day=DAY + datetime.timedelta(days=1))
    come(inside, anna, VisitSourceKind.ORDER, day=DAY + datetime.timedelta(days=2))

    assert visits.breakdown(anna) == visits.Breakdown(bookings=1, orders=1, wifi_only=1, imported=7, distinct_days=3)


@pytest.mark.parametrize(
    ("zone", "starts", "instant", "day"),
    [
        ("Europe/Rome", "00:00", "2026-11-20T22:59:00+00:00", "2026-11-20"),
        ("Europe/Rome", "00:00", "2026-11-20T23:00:00+00:00", "2026-11-21"),
        ("Europe/Rome", "05:00", "2026-11-21T03:59:00+00:00", "2026-11-20"),
        ("Europe/Rome", "05:00", "2026-11-21T04:00:00+00:00", "2026-11-21"),
        ("Europe/Rome", "00:00", "2026-03-28T23:30:00+00:00", "2026-03-29"),
        ("Europe/Rome", "04:00", "2026-03-29T01:30:00+00:00", "2026-03-28"),
        ("Europe/Rome", "04:00", "2026-10-25T02:59:00+00:00", "2026-10-24"),
        ("Pacific/Honolulu", "00:00", "2026-11-21T09:59:00+00:00", "2026-11-20"),
        ("Pacific/Kiritimati", "00:00", "2026-11-20T10:00:00+00:00", "2026-11-21"),
    ],
)
def test_the_day_is_the_venues_own(zone: str, starts: str, instant: str, day: str) -> None:
    venue = Venue(tenant_id=uuid7(), timezone=zone, day_starts_at=datetime.time.fromisoformat(starts))

    assert venue.local_day(datetime.datetime.fromisoformat(instant)) == datetime.date.fromisoformat(day)


def test_a_guest_who_never_came_has_no_last_visit(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact

    statistics.refresh(anna.pk)

    assert ContactStats.objects.get(contact=anna).last_visit_on == NEVER
