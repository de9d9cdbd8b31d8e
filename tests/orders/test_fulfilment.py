"""An order's status and the visit that follows it (R-VISIT-1, R-VISIT-2, R-VISIT-3)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from bookings import lifecycle, taking
from bookings.models import BookingKind, BookingStatus
from crm import visits
from crm.channel import Channel
from crm.guest_data import Guest
from crm.models import Visit, VisitSource
from orders import fulfilment, linking
from orders.fulfilment import SetByRefunds
from orders.models import FINAL, Order, OrderStatus
from tests.orders.tables import ANNA, BRUNO, fulfilled, stats, take
from tests.personas import Place

EVENING = datetime.datetime(2026, 11, 20, 19, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def test_only_a_fulfilled_order_is_a_visit(inside: Place) -> None:
    taken = take(inside)

    for status in OrderStatus:
        if status == OrderStatus.REFUNDED:
            continue
        order = fulfilment.set_status(taken.order, status)
        is_visit = status == OrderStatus.FULFILLED
        assert Visit.objects.count() == stats(taken.contact).visit_count == int(is_visit)
        assert (order.service_date is not None, order.fulfilled_at is not None) == (is_visit, is_visit)


def test_the_final_statuses_are_those_of_the_rule() -> None:
    assert {"fulfilled", "cancelled", "rejected", "refunded"} == FINAL


def test_refunded_is_no_status_to_be_given(inside: Place) -> None:
    order = take(inside).order

    with pytest.raises(SetByRefunds):
        fulfilment.set_status(order, OrderStatus.REFUNDED)

    assert Order.objects.get().status == "new"


def test_the_visit_is_on_the_venues_day_of_the_fulfilment(inside: Place) -> None:
    late = datetime.datetime(2026, 11, 20, 23, 30, tzinfo=datetime.UTC)
    order = fulfilled(inside, placed_at=EVENING, at=late)
    assert (order.service_date, Visit.objects.get().local_date) == (datetime.date(2026, 11, 21),) * 2

    fulfilment.set_status(order, OrderStatus.NEW)
    inside.venue.day_starts_at = datetime.time(5)
    inside.venue.save(update_fields=["day_starts_at"])
    order = fulfilment.set_status(order, OrderStatus.FULFILLED, at=late)

    assert (order.service_date, Visit.objects.get().local_date) == (datetime.date(2026, 11, 20),) * 2


def test_orders_and_a_booking_of_one_day_are_one_visit_with_three_sources(inside: Place) -> None:
    draft = taking.Draft(inside.venue, BookingKind.RESERVATION, Channel.WEB, 2, guest=Guest(**ANNA), starts_at=EVENING)
    booking = taking.take(draft).booking
    lifecycle.set_status(booking, BookingStatus.ARRIVED, at=EVENING)
    first = fulfilled(inside, placed_at=EVENING, at=EVENING)
    second = fulfilled(inside, placed_at=EVENING, at=EVENING + datetime.timedelta(hours=1))

    assert sorted(VisitSource.objects.values_list("kind", flat=True)) == ["booking", "order", "order"]
    assert stats(first.contact).visit_count == 1

    lifecycle.set_status(booking, BookingStatus.CONFIRMED)
    fulfilment.set_status(first, OrderStatus.CANCELLED)
    assert stats(first.contact).visit_count == Visit.objects.count() == 1

    fulfilment.set_status(second, OrderStatus.CANCELLED)
    assert stats(first.contact).visit_count == Visit.objects.count() == 0


def test_another_venue_and_another_day_are_other_visits(inside: Place) -> None:
    contact = fulfilled(inside, at=EVENING).contact
    fulfilled(inside, at=EVENING + DAY)
    fulfilled(inside, venue=inside.venues[1], at=EVENING)

    told = visits.breakdown(contact)
    assert (stats(contact).visit_count, told.orders, told.distinct_days) == (3, 3, 2)


def test_a_visit_goes_along_with_an_order_that_is_linked_to_another_guest(inside: Place) -> None:
    anna, bruno = take(inside).contact, take(inside, guest=BRUNO).contact
    assert bruno is not None
    order = fulfilled(inside)

    linking.link(order, bruno.pk)
    assert (stats(anna).visit_count, stats(anna).spend_minor) == (0, 0)
    assert (stats(bruno).visit_count, stats(bruno).spend_minor) == (1, 2200)

    linking.link(order, None)
    assert (stats(bruno).visit_count, stats(bruno).spend_minor, Visit.objects.count()) == (0, 0, 0)


def test_an_order_of_nobody_is_no_visit_until_it_is_linked(inside: Place) -> None:
    order = fulfilled(inside, guest={})
    assert not Visit.objects.exists()

    anna = take(inside).contact
    assert anna is not None
    linking.link(order, anna.pk)

    assert (stats(anna).visit_count, stats(anna).order_count) == (1, 1)


def test_the_same_status_again_changes_nothing(inside: Place) -> None:
    first = fulfilled(inside, at=EVENING)

    again = fulfilment.set_status(first, OrderStatus.FULFILLED, at=EVENING + DAY)

    assert (again.version, again.fulfilled_at, again.service_date) == (2, EVENING, datetime.date(2026, 11, 20))
    assert AuditEntry.objects.filter(action="order_status_changed").count() == 1


def test_the_time_of_the_tap_and_who_made_it_are_kept_and_audited(inside: Place) -> None:
    tapped = timezone.now() - datetime.timedelta(minutes=7)

    order = fulfilment.set_status(take(inside).order, OrderStatus.READY, at=tapped)

    assert (order.status_at, order.status_by, order.version) == (tapped, "Owner", 2)
    entry = AuditEntry.objects.get(action="order_status_changed")
    assert (entry.before, entry.after["status"]) == ({"status": "new"}, "ready")
