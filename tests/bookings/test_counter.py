"""For every contact and at all times the counter is the number of its visit rows (R-VISIT-5, R-VISIT-2, R-VISIT-3).

Random evenings of takings, taps, moves and re-links, held step by step against a model of a few lines.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings import editing, lifecycle, linking, taking
from bookings.models import Booking, BookingKind, BookingStatus
from crm.channel import Channel
from crm.guest_data import Guest
from crm.models import Contact, ContactStats, Visit, VisitSource
from staff import venues
from tests.personas import Place

EMAILS = ["anna@example.net", "bruno@example.net", None]
ROME = ZoneInfo("Europe/Rome")
BORDERS = [datetime.time(0), datetime.time(4)]
# Around midnight, around four, and both nights of the clock change.
STARTS = [
    datetime.datetime(2026, 7, 1, hour, minute, tzinfo=ROME)
    for hour, minute in ((20, 0), (23, 59), (0, 0), (3, 59), (4, 0))
] + [
    datetime.datetime(2026, 3, 29, 0, 59, tzinfo=datetime.UTC),
    datetime.datetime(2026, 3, 29, 1, 0, tzinfo=datetime.UTC),
    datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC),
    datetime.datetime(2026, 10, 25, 1, 30, tzinfo=datetime.UTC),
]
COUNTING = {"arrived", "finished"}

index = st.integers(0, 7)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.sampled_from(EMAILS), st.integers(0, 1), st.sampled_from(STARTS)),
        st.tuples(st.just("tap"), index, st.sampled_from(list(BookingStatus)), st.none()),
        st.tuples(st.just("move"), index, st.sampled_from(STARTS), st.none()),
        st.tuples(st.just("link"), index, st.integers(0, 2), st.none()),
    ),
    max_size=20,
)


@dataclass
class Told:
    """What the model knows of a booking."""

    booking: Booking
    contact: object
    venue: int
    starts: datetime.datetime
    status: str


@pytest.fixture
def late_kitchen(inside: Place) -> Place:
    venues.update(inside.venues[1], {"day_starts_at": BORDERS[1]})
    return inside


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_the_counter_is_the_number_of_visit_rows_after_every_step(late_kitchen: Place, steps: list[tuple]) -> None:
    with transaction.atomic():
        told: list[Told] = []
        for step in steps:
            _take_step(late_kitchen, told, step)
            _compare(told)
        transaction.set_rollback(True)


def _take_step(place: Place, told: list[Told], step: tuple) -> None:
    what, first, second, third = step
    if what == "take":
        told.append(_take(place, first, second, third))
    elif told:
        one = told[first % len(told)]
        one.booking = Booking.objects.get(pk=one.booking.pk)
        if what == "tap":
            lifecycle.set_status(one.booking, second)
            one.status = second
        elif what == "move":
            editing.edit(one.booking, {"starts_at": second})
            one.starts = second
        else:
            known = [None, *Contact.objects.order_by("email").values_list("pk", flat=True)]
            one.contact = known[second % len(known)]
            linking.link(one.booking, one.contact)


def _take(place: Place, email: str | None, venue: int, starts: datetime.datetime) -> Told:
    draft = taking.Draft(
        venue=place.venues[venue],
        kind=BookingKind.RESERVATION,
        channel=Channel.STAFF,
        party_size=2,
        starts_at=starts,
        guest=Guest(email=email or ""),
        snapshot={"email": email},
    )
    booking = taking.take(draft).booking
    return Told(booking, booking.contact_id, venue, starts, booking.status)


def _compare(told: list[Told]) -> None:
    counting = [one for one in told if one.status in COUNTING and one.contact is not None]
    days = {(one.contact, one.booking.venue_id, _day(one)) for one in counting}

    assert set(Visit.objects.values_list("contact_id", "venue_id", "local_date")) == days
    assert VisitSource.objects.count() == len(counting)
    expected = Counter(contact for contact, _venue, _date in days)
    counted = dict(ContactStats.objects.values_list("contact_id", "visit_count"))
    assert {contact: count for contact, count in counted.items() if count} == dict(expected)


def _day(one: Told) -> datetime.date:
    """The wall clock decides: the hours of the border are taken from it, not from the hours that passed."""
    local = one.starts.astimezone(ROME).replace(tzinfo=None)
    border = BORDERS[one.venue]
    return (local - datetime.timedelta(hours=border.hour)).date()
