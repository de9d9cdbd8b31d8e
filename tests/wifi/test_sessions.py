"""WiFi logins: whose they are, and the day on which they are a visit (R-ID-1, R-VISIT-1, R-VISIT-2, R-VISIT-4, R-CONSENT-2)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from audit.actions import Action
from audit.models import AuditEntry
from bookings import lifecycle, taking
from bookings.models import BookingKind, BookingStatus
from consent.models import ConsentEntry, ConsentStatus
from consent.recording import OptIn
from crm import facets, visits
from crm.channel import Channel
from crm.event_time import InFuture
from crm.guest_data import CrmSync, Guest
from crm.models import Contact, ContactStats, Visit
from crm.visits import Breakdown
from tenants import scope
from tenants.models import Venue
from tenants.permissions import PRESET_PERMISSIONS, Preset
from tenants.scope import Actor, ActorKind
from tests.personas import Place
from wifi import connecting
from wifi.connecting import Connected, Login
from wifi.models import WifiSession

ANNA: dict[str, Any] = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.net"}
NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
PORTAL = Actor(kind=ActorKind.KEY, label="portal", permissions=PRESET_PERMISSIONS[Preset.WIFI])


def connect(
    venue: Venue, at: datetime.datetime = NOON, guest: dict[str, Any] | None = None, **details: Any
) -> Connected:
    """A login told at the moment it happens, at the hand of the portal."""
    guest = ANNA if guest is None else guest
    login = Login(venue, connected_at=at, guest=Guest(**guest), snapshot=guest, **details)
    with scope.enter(scope.tenant_id(), PORTAL):
        return connecting.connect(login, at=at)


def contact_of(connected: Connected) -> Contact:
    contact = connected.session.contact
    assert contact is not None
    return contact


def days() -> list[str]:
    return [f"{day}" for day in Visit.objects.order_by("local_date").values_list("local_date", flat=True)]


def test_a_login_makes_a_contact_by_the_channel_wifi_and_counts_a_visit(inside: Place) -> None:
    connected = connect(inside.venue)

    anna = Contact.objects.get()
    assert connected.crm_sync is CrmSync.CREATED
    assert (anna.email, anna.first_channel, anna.first_contact_on) == (
        "anna@example.net",
        Channel.WIFI,
        datetime.date(2026, 11, 20),
    )
    stats = ContactStats.objects.get()
    assert (stats.contact_id, stats.visit_count, stats.last_visit_on) == (anna.pk, 1, datetime.date(2026, 11, 20))
    [source] = Visit.objects.get().sources.all()
    assert (source.kind, source.source_id, source.happened_at) == ("wifi", connected.session.pk, NOON)


def test_without_a_key_the_login_is_kept_and_is_nobodys_visit(inside: Place) -> None:
    connected = connect(inside.venue, guest={"first_name": "Anna"})

    session = WifiSession.objects.get()
    assert (connected.crm_sync, session.contact, session.guest) == (CrmSync.NO_IDENTITY, None, {"first_name": "Anna"})
    assert (Contact.objects.count(), Visit.objects.count()) == (0, 0)


def test_the_visits_of_one_day_are_one(inside: Place) -> None:
    for hours in (0, 1, 2):
        connected = connect(inside.venue, NOON + datetime.timedelta(hours=hours))

    assert Visit.objects.get().sources.count() == 3
    assert visits.breakdown(contact_of(connected)) == Breakdown(0, 0, wifi_only=1, imported=0, distinct_days=1)


def test_a_login_and_a_booking_of_one_day_are_one_visit_that_lists_both(inside: Place) -> None:
    draft = taking.Draft(inside.venue, BookingKind.RESERVATION, Channel.WEB, 2, starts_at=NOON, guest=Guest(**ANNA))
    booking = taking.take(draft, at=NOON).booking
    connected = connect(inside.venue, NOON + datetime.timedelta(minutes=5))
    lifecycle.set_status(booking, BookingStatus.ARRIVED, at=NOON)
    connect(inside.venue, NOON + datetime.timedelta(days=1))

    anna = contact_of(connected)
    first = Visit.objects.earliest("local_date")
    assert sorted(first.sources.values_list("kind", "source_id")) == [
        ("booking", booking.pk),
        ("wifi", connected.session.pk),
    ]
    assert visits.breakdown(anna) == Breakdown(bookings=1, orders=0, wifi_only=1, imported=0, distinct_days=2)
    assert ContactStats.objects.get(contact=anna).visit_count == 2

    lifecycle.set_status(booking, BookingStatus.NO_SHOW)

    assert visits.breakdown(anna) == Breakdown(bookings=0, orders=0, wifi_only=2, imported=0, distinct_days=2)


def test_wifi_is_no_booking_no_order_and_no_purchase(inside: Place) -> None:
    for day in range(3):
        connect(inside.venue, NOON + datetime.timedelta(days=day))

    stats = ContactStats.objects.get()
    assert (stats.visit_count, stats.booking_count, stats.order_count, stats.purchase_interval_days) == (3, 0, 0, None)


@pytest.mark.parametrize(
    ("zone", "starts", "local", "day"),
    [
        ("Europe/Rome", "00:00", "2026-11-20T23:59:59+01:00", "2026-11-20"),
        ("Europe/Rome", "00:00", "2026-11-21T00:00:00+01:00", "2026-11-21"),
        ("Europe/Rome", "04:00", "2026-11-20T23:59:00+01:00", "2026-11-20"),
        ("Europe/Rome", "04:00", "2026-11-21T00:00:00+01:00", "2026-11-20"),
        ("Europe/Rome", "04:00", "2026-11-21T03:59:59+01:00", "2026-11-20"),
        ("Europe/Rome", "04:00", "2026-11-21T04:00:00+01:00", "2026-11-21"),
        # The night that is an hour short: 02:00 becomes 03:00.
        ("Europe/Rome", "00:00", "2026-03-28T23:59:59+01:00", "2026-03-28"),
        ("Europe/Rome", "00:00", "2026-03-29T00:00:00+01:00", "2026-03-29"),
        ("Europe/Rome", "00:00", "2026-03-29T23:59:59+02:00", "2026-03-29"),
        ("Europe/Rome", "00:00", "2026-03-30T00:00:00+02:00", "2026-03-30"),
        ("Europe/Rome", "04:00", "2026-03-29T01:59:59+01:00", "2026-03-28"),
        ("Europe/Rome", "04:00", "2026-03-29T03:59:59+02:00", "2026-03-28"),
        ("Europe/Rome", "04:00", "2026-03-29T04:00:00+02:00", "2026-03-29"),
        # The night that is an hour longer: 03:00 becomes 02:00 again.
        ("Europe/Rome", "00:00", "2026-10-24T23:59:59+02:00", "2026-10-24"),
        ("Europe/Rome", "00:00", "2026-10-25T00:00:00+02:00", "2026-10-25"),
        ("Europe/Rome", "00:00", "2026-10-25T23:59:59+01:00", "2026-10-25"),
        ("Europe/Rome", "00:00", "2026-10-26T00:00:00+01:00", "2026-10-26"),
        ("Europe/Rome", "04:00", "2026-10-25T02:30:00+02:00", "2026-10-24"),
        ("Europe/Rome", "04:00", "2026-10-25T02:30:00+01:00", "2026-10-24"),
        ("Europe/Rome", "04:00", "2026-10-25T04:00:00+01:00", "2026-10-25"),
        ("America/Toronto", "00:00", "2026-11-01T23:59:59-05:00", "2026-11-01"),
        ("America/Toronto", "00:00", "2026-11-02T00:00:00-05:00", "2026-11-02"),
        ("Pacific/Honolulu", "00:00", "2026-11-20T23:59:59-10:00", "2026-11-20"),
        ("Pacific/Honolulu", "00:00", "2026-11-21T00:00:00-10:00", "2026-11-21"),
        ("Pacific/Honolulu", "04:00", "2026-11-21T03:59:59-10:00", "2026-11-20"),
        ("Asia/Kathmandu", "00:00", "2026-11-20T23:59:59+05:45", "2026-11-20"),
        ("Asia/Kathmandu", "00:00", "2026-11-21T00:00:00+05:45", "2026-11-21"),
        ("Pacific/Kiritimati", "00:00", "2026-11-20T23:59:59+14:00", "2026-11-20"),
        ("Pacific/Kiritimati", "00:00", "2026-11-21T00:00:00+14:00", "2026-11-21"),
        ("Pacific/Kiritimati", "04:00", "2026-11-21T03:59:59+14:00", "2026-11-20"),
        ("Pacific/Kiritimati", "04:00", "2026-11-21T04:00:00+14:00", "2026-11-21"),
    ],
)
def test_the_visit_is_on_the_venues_own_day(inside: Place, zone: str, starts: str, local: str, day: str) -> None:
    venue = inside.venue
    venue.timezone, venue.day_starts_at = zone, datetime.time.fromisoformat(starts)
    venue.save(update_fields=["timezone", "day_starts_at"])

    connected = connect(venue, datetime.datetime.fromisoformat(local))

    assert days() == [f"{connected.session.service_date}"] == [day]


def test_a_login_on_either_side_of_midnight_is_two_visits_and_one_evening_with_a_later_border(inside: Place) -> None:
    centro, mare = inside.venues
    mare.day_starts_at = datetime.time(4)
    before, after = (datetime.datetime.fromisoformat(f"2026-11-{at}+01:00") for at in ("20T23:59:59", "21T00:00:00"))

    for venue in (centro, mare):
        connect(venue, before)
        connect(venue, after)

    assert sorted((f"{visit.local_date}", visit.venue.name) for visit in Visit.objects.select_related("venue")) == [
        ("2026-11-20", "Centro"),
        ("2026-11-20", "Mare"),
        ("2026-11-21", "Centro"),
    ]


def test_one_instant_is_two_days_at_the_two_ends_of_the_earth(inside: Place) -> None:
    honolulu, kiritimati = inside.venues
    honolulu.timezone, kiritimati.timezone = "Pacific/Honolulu", "Pacific/Kiritimati"

    for venue in (honolulu, kiritimati):
        connected = connect(venue, NOON)

    assert days() == ["2026-11-20", "2026-11-21"]
    assert visits.breakdown(contact_of(connected)).distinct_days == 2


def test_a_known_external_id_changes_nothing(inside: Place) -> None:
    centro, mare = inside.venues
    first = connect(centro, provider="unifi", external_id="S1")

    again = connect(
        centro, NOON + datetime.timedelta(days=1), {"email": "x@example.net"}, provider="unifi", external_id="S1"
    )
    other_provider = connect(centro, provider="meraki", external_id="S1")
    other_venue = connect(mare, provider="unifi", external_id="S1")

    assert (again.session.pk, again.is_new, again.crm_sync) == (first.session.pk, False, CrmSync.UNCHANGED)
    assert len({first.session.pk, other_provider.session.pk, other_venue.session.pk}) == 3
    assert Contact.objects.count() == 1
    assert AuditEntry.objects.filter(action=Action.WIFI_CONNECTED).count() == 3


def test_a_login_told_late_does_not_overwrite_what_is_newer(inside: Place) -> None:
    connect(inside.venue, NOON, {**ANNA, "last_name": "Bianchi"})

    late = connect(inside.venue, NOON - datetime.timedelta(days=3))

    anna = Contact.objects.get()
    assert (late.crm_sync, anna.last_name, f"{anna.first_contact_on}") == (CrmSync.UPDATED, "Bianchi", "2026-11-17")
    assert days() == ["2026-11-17", "2026-11-20"]


def test_a_login_of_the_future_is_refused_and_a_clock_a_little_ahead_counts_as_now(inside: Place) -> None:
    def told(ahead: datetime.timedelta) -> Connected:
        return connecting.connect(Login(inside.venue, connected_at=NOON + ahead, guest=Guest(**ANNA)), at=NOON)

    with pytest.raises(InFuture) as refused:
        told(datetime.timedelta(minutes=5, microseconds=1))

    assert (refused.value.field, refused.value.code) == ("connected_at", "in_future")
    assert (WifiSession.objects.count(), Contact.objects.count()) == (0, 0)
    assert told(datetime.timedelta(minutes=5)).session.connected_at == NOON


@pytest.mark.parametrize(
    ("opt_in", "is_double", "status", "pending"),
    [
        (OptIn(email=True, wording="w1"), False, "explicit", False),
        (OptIn(email=True, wording="w1"), True, None, True),
        (OptIn(email=False), False, None, None),
        (None, False, None, None),
    ],
)
def test_the_box_of_the_portal_is_the_guests_word(
    inside: Place, opt_in: OptIn | None, is_double: bool, status: str | None, pending: bool | None
) -> None:
    inside.venue.double_opt_in = is_double

    connected = connect(inside.venue, opt_in=opt_in)

    if pending is None:
        assert not ConsentStatus.objects.exists()
    else:
        row, entry = ConsentStatus.objects.get(), ConsentEntry.objects.get()
        assert (row.status, row.pending_since) == (status or "none", NOON if pending else None)
        assert (entry.source, entry.source_id, entry.event) == ("wifi", connected.session.pk, "signed_up_ticked")
        assert (entry.evidence["wording"], entry.contact_id) == ("w1", connected.session.contact_id)


def test_a_login_by_a_family_phone_is_a_visit_and_leaves_the_profile(inside: Place) -> None:
    connect(inside.venue, guest={**ANNA, "phone": "333 104 2217"})

    connected = connect(
        inside.venue, NOON + datetime.timedelta(days=1), {"first_name": "Luca", "phone": "333 104 2217"}
    )

    anna = Contact.objects.get()
    assert (anna.first_name, [one.code for one in connected.warnings]) == ("Anna", ["name_changed"])
    assert ContactStats.objects.get().visit_count == 2


def test_the_sessions_of_a_merges_loser_become_the_winners(inside: Place) -> None:
    loser = contact_of(connect(inside.venue))
    winner = contact_of(connect(inside.venue, guest={"email": "anna@example.org"}))
    [facet] = [one for one in facets.registered() if one.name == "wifi"]

    facet.reassign(loser, winner)

    assert list(WifiSession.objects.values_list("contact", flat=True)) == [winner.pk, winner.pk]
