"""The list as a whole: new contacts by door and month, visits by day, who comes back (R-CRM-2)."""

from __future__ import annotations

import datetime

import pytest
from uuid_utils.compat import uuid7

from crm import overview, visits
from crm.channel import Channel
from crm.models import Contact, VisitSourceKind
from crm.overview import VisitDay
from tenants.models import Venue
from tests.crm.guests import ANNA, BRUNO, take
from tests.personas import Place

MAY, JUNE = datetime.date(2026, 5, 1), datetime.date(2026, 6, 30)


@pytest.fixture
def two(inside: Place) -> tuple[Contact, Contact]:
    """Anna came by the web in May, Bruno by WiFi in June."""
    first = datetime.datetime(2026, 5, 20, 12, tzinfo=datetime.UTC)
    anna = take(inside, **ANNA, at=first).known_contact
    bruno = take(inside, **BRUNO, channel=Channel.WIFI, at=first + datetime.timedelta(days=20)).known_contact
    return anna, bruno


def visit(contact: Contact, venue: Venue, day: datetime.date) -> None:
    at = datetime.datetime.combine(day, datetime.time(12), tzinfo=datetime.UTC)
    visits.record(contact, venue, local_date=day, kind=VisitSourceKind.BOOKING, source_id=uuid7(), at=at)


def test_new_contacts_are_counted_by_the_door_and_month_they_first_came_by(two: tuple[Contact, Contact]) -> None:
    nobody = dict.fromkeys(overview.DOORS, 0)

    assert overview.new_contacts(MAY, JUNE) == {
        MAY: {**nobody, "online": 1},
        datetime.date(2026, 6, 1): {**nobody, "signups": 1},
    }
    assert overview.new_contacts(MAY, datetime.date(2026, 5, 19)) == {}


def test_every_channel_has_one_door() -> None:
    assert sorted(channel for channels in overview.DOORS.values() for channel in channels) == sorted(Channel)


def test_a_visit_after_an_earlier_day_is_one_of_a_guest_who_came_back(
    two: tuple[Contact, Contact], inside: Place
) -> None:
    anna, bruno = two
    centro, mare = inside.venues
    visit(anna, centro, MAY)
    visit(anna, mare, MAY)
    visit(anna, centro, JUNE)
    visit(bruno, centro, JUNE)

    assert overview.visits_by_day(MAY, JUNE) == [VisitDay(MAY, 2, 0), VisitDay(JUNE, 2, 1)]
    assert overview.visits_by_day(MAY, JUNE, mare.pk) == [VisitDay(MAY, 1, 0)]


@pytest.fixture
def of_the_stranger(trattoria: Place, bistro: Place) -> Place:
    with trattoria.enter():
        contact = take(trattoria, **ANNA, at=datetime.datetime(2026, 5, 20, 12, tzinfo=datetime.UTC)).known_contact
        visit(contact, trattoria.venue, MAY)
    return bistro


def test_no_tenant_counts_anothers_guests(of_the_stranger: Place) -> None:
    with of_the_stranger.enter():
        assert overview.new_contacts(MAY, JUNE) == {}
        assert overview.visits_by_day(MAY, JUNE) == []
