"""Parallel first intakes with one key yield exactly one contact (R-ID-6), and arrivals one visit (R-VISIT-2)."""

from __future__ import annotations

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
