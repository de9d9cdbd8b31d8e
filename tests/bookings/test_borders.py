"""A border that moves takes the open bookings along, and leaves what has been counted (R-VISIT-2)."""

from __future__ import annotations

import datetime

from bookings import lifecycle, taking
from bookings.models import Booking, BookingKind, BookingStatus
from crm.channel import Channel
from crm.guest_data import Guest
from crm.models import Visit
from tests.personas import Bearer, Place

FRIDAY, SATURDAY = datetime.date(2026, 11, 20), datetime.date(2026, 11, 21)


def take(place: Place, venue_number: int = 0) -> Booking:
    """A table for half past midnight."""
    venue = place.venues[venue_number]
    starts_at = datetime.datetime(2026, 11, 21, 0, 30, tzinfo=venue.zone)
    guest = Guest(email="anna@example.net")
    return taking.take(
        taking.Draft(venue, BookingKind.RESERVATION, Channel.WEB, 2, starts_at=starts_at, guest=guest)
    ).booking


def test_open_bookings_move_to_the_evening_they_belong_to(trattoria: Place) -> None:
    with trattoria.enter():
        open_one, elsewhere, came = take(trattoria), take(trattoria, 1), take(trattoria)
        lifecycle.set_status(came, BookingStatus.ARRIVED)

    answer = Bearer.of(trattoria).patch(f"venues/{trattoria.venue.pk}/", {"day_starts_at": "05:00"})

    assert answer.status_code == 200
    with trattoria.enter():
        days = dict(Booking.objects.values_list("pk", "service_date"))
        assert days == {open_one.pk: FRIDAY, elsewhere.pk: SATURDAY, came.pk: SATURDAY}
        assert Visit.objects.get().local_date == SATURDAY

        lifecycle.set_status(open_one, BookingStatus.ARRIVED)
        assert sorted(Visit.objects.values_list("local_date", flat=True)) == [FRIDAY, SATURDAY]


def test_the_form_of_the_venue_does_the_same(trattoria: Place) -> None:
    with trattoria.enter():
        take(trattoria)
    form = {
        "name": "Centro",
        "country": "IT",
        "timezone": "America/Toronto",
        "currency": "EUR",
        "consent_regime": "gdpr",
        "day_starts_at": "00:00",
        "no_show_grace_minutes": 15,
    }

    answer = trattoria.signed_in().post(f"/t/{trattoria.tenant.slug}/settings/venues/{trattoria.venue.pk}/", form)

    assert answer.status_code == 302
    with trattoria.enter():
        assert Booking.objects.get().service_date == FRIDAY
