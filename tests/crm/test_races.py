"""Parallel first intakes with one key yield exactly one contact (R-ID-6), and arrivals one visit (R-VISIT-2)."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest

from bookings.models import Booking
from crm.models import Contact, ContactIdentifier, ContactStats, Visit, VisitSource
from tests import parallel
from tests.crm import racing
from tests.personas import Place

ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.net", "phone": "333 104 2217"}


def test_eight_processes_make_one_contact_and_one_visit(commits: None, trattoria: Place) -> None:
    call = (str(trattoria.id), str(trattoria.venue.pk), ANNA, 5)

    syncs = parallel.together(racing.take_and_arrive, [call] * 8)

    assert [sync for own in syncs for sync in own].count("created") == 1
    with trattoria.enter():
        assert Contact.objects.count() == 1
        assert Booking.objects.count() == 40
        assert Visit.objects.count() == 1
        assert VisitSource.objects.count() == 40
        assert ContactStats.objects.values_list("visit_count", "booking_count").get() == (1, 40)


def test_a_hundred_events_of_one_guest_on_one_day_are_one_contact_and_one_visit(
    commits: None, trattoria: Place
) -> None:
    at = datetime.datetime(2026, 11, 20, 19, tzinfo=datetime.UTC)
    call = (str(trattoria.id), str(trattoria.venue.pk), ANNA, at.isoformat())

    facts = parallel.together(racing.arrive_by_every_door, [call] * 34, timeout=180)

    with trattoria.enter():
        assert Contact.objects.count() == 1
        assert Visit.objects.values_list("local_date").get() == (at.date(),)
        sources = Counter(VisitSource.objects.values_list("kind", flat=True))
        assert sources == {"booking": 34, "order": 34, "wifi": 34}
        listed = {str(source_id) for source_id in VisitSource.objects.values_list("source_id", flat=True)}
        assert listed == {fact for own in facts for fact in own}
        figures = ContactStats.objects.values_list("visit_count", "booking_count", "order_count", "spend_minor")
        assert figures.get() == (1, 34, 34, 34 * 1200)


def test_a_phone_and_an_email_racing_for_one_person_leave_unique_keys(commits: None, trattoria: Place) -> None:
    by_phone = {"last_name": "Rossi", "phone": "333 104 2217"}
    calls = [(str(trattoria.id), str(trattoria.venue.pk), guest, 3) for guest in (ANNA, by_phone) for _ in range(4)]

    parallel.together(racing.take_and_arrive, calls)

    with trattoria.enter():
        keys = ContactIdentifier.objects.filter(is_key=True).values_list("kind", "value")
        assert sorted(keys) == sorted(set(keys))
        assert Contact.objects.count() == 1
        assert Visit.objects.count() == 1


@pytest.mark.parametrize("order", [1, -1])
def test_batches_with_the_same_keys_in_any_order_never_deadlock(commits: None, trattoria: Place, order: int) -> None:
    guests = [{"last_name": f"Guest {number}", "email": f"guest{number}@example.net"} for number in range(50)]
    orders = [guests, guests[::-1], guests[25:] + guests[:25], guests[::order]]
    calls = [(str(trattoria.id), str(trattoria.venue.pk), orders[number % 4]) for number in range(32)]

    syncs = parallel.together(racing.receive_batch, calls)

    assert [sync for own in syncs for sync in own].count("created") == 50
    with trattoria.enter():
        assert Contact.objects.count() == 50
