"""The filters of the guest list, alone and combined (R-CRM-5)."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone

from crm import filters, listing, tags
from crm.channel import Channel
from crm.models import Contact, ContactStats
from tests.crm.guests import ANNA, BRUNO, take
from tests.personas import Place


@pytest.fixture
def list_of_two(inside: Place) -> Place:
    """Anna: Italian, VIP, four visits, last on 1 November; Bruno: by phone, never came, seven imported visits."""
    today = timezone.localdate(timezone=inside.venue.zone)
    anna = take(inside, **ANNA, language="it", birthday=f"1980-{today:%m-%d}").known_contact
    bruno = take(inside, channel=Channel.PHONE, **BRUNO).known_contact
    tags.add(anna, "vip")
    tags.add(anna, "local")
    stats = {"visit_count": 4, "last_visit_on": datetime.date(2026, 11, 1), "by_venue": {str(inside.venue.pk): {}}}
    ContactStats.objects.filter(contact=anna).update(**stats)
    Contact.objects.filter(pk=bruno.pk).update(imported_visit_count=7, has_suspect_key=True)
    return inside


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, "Anna Bruno"),
        ({"language": "it"}, "Anna"),
        ({"language": "it-IT"}, "Anna"),
        ({"tag": ["vip"]}, "Anna"),
        ({"tag": ["vip", "local"]}, "Anna"),
        ({"tag": ["vip", "no_show"]}, ""),
        ({"channel": "phone"}, "Bruno"),
        ({"visits_min": 5}, "Bruno"),
        ({"visits_max": 4}, "Anna"),
        ({"visits_min": 4, "visits_max": 7}, "Anna Bruno"),
        ({"last_visit_after": "2026-11-01"}, "Anna"),
        ({"last_visit_before": "2026-11-01"}, "Anna"),
        ({"last_visit_before": "2026-10-31"}, ""),
        ({"suspect_key": "true"}, "Bruno"),
        ({"duplicates": "true"}, ""),
        ({"duplicates": "false"}, "Anna Bruno"),
        ({"kind": "unregistered", "q": "ross"}, "Anna"),
        ({"no_shows_min": 1}, ""),
    ],
)
def test_a_filter_finds(list_of_two: Place, given: dict[str, object], found: str) -> None:
    form = filters.filtered(listing.active(), given)

    assert form.is_valid(), form.errors
    assert " ".join(sorted(form.qs.values_list("first_name", flat=True))) == found


def test_birthdays_are_those_of_the_day_at_the_first_venue(list_of_two: Place) -> None:
    today = timezone.localdate(timezone=list_of_two.venue.zone)

    for given in ({"birthday_within": 0}, {"birthday_month": today.month}):
        assert [one.first_name for one in filters.filtered(listing.active(), given).qs] == ["Anna"]


def test_the_venue_filter_knows_who_came_where(list_of_two: Place) -> None:
    centro, mare = list_of_two.venues

    assert [one.first_name for one in filters.filtered(listing.active(), {"venue": centro.pk}).qs] == ["Anna"]
    assert list(filters.filtered(listing.active(), {"venue": mare.pk}).qs) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"tag": ["nonsense"]}, "tag"),
        ({"venue": "not-an-id"}, "venue"),
        ({"visits_min": "many"}, "visits_min"),
        ({"visits_min": "-1"}, "visits_min"),
        ({"first_contact_after": "yesterday"}, "first_contact_after"),
        ({"kind": "robot"}, "kind"),
        ({"birthday_month": "13"}, "birthday_month"),
    ],
)
def test_a_bad_value_names_its_field(list_of_two: Place, given: dict[str, object], field: str) -> None:
    form = filters.filtered(listing.active(), given)

    assert not form.is_valid()
    assert list(form.errors) == [field]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"last_visit_after": "2026-10-01"}, "Anna Bruno"),
        ({"last_visit_after": "2026-10-02"}, "Anna"),
        ({"last_visit_before": "2026-10-01"}, "Bruno"),
        ({"last_visit_before": "2026-11-01"}, "Anna Bruno"),
        ({"last_visit_after": "0001-01-01"}, "Anna Bruno"),
        ({"last_visit_before": "9999-12-31"}, "Anna Bruno"),
    ],
)
def test_an_imported_last_visit_counts_and_who_never_came_is_in_no_such_filter(
    list_of_two: Place, given: dict[str, object], found: str
) -> None:
    take(list_of_two, first_name="Carla", email="carla@example.net")
    Contact.objects.filter(first_name="Bruno").update(imported_last_visit_on=datetime.date(2026, 10, 1))

    form = filters.filtered(listing.active(), given)

    assert " ".join(sorted(form.qs.values_list("first_name", flat=True))) == found


@pytest.mark.parametrize(
    ("now", "days", "is_found"),
    [
        ("2028-02-28T12:00Z", 0, False),
        ("2028-02-29T12:00Z", 0, True),
        ("2027-02-28T12:00Z", 0, True),
        ("2027-02-27T12:00Z", 0, False),
        ("2027-02-27T23:30Z", 0, True),
        ("2027-12-31T12:00Z", 60, True),
    ],
)
def test_a_birthday_of_29_february_is_found_on_the_venues_own_day(
    inside: Place, now: str, days: int, is_found: bool
) -> None:
    take(inside, **ANNA, birthday="1980-02-29")

    with time_machine.travel(now, tick=False):
        found = filters.filtered(listing.active(), {"birthday_within": days}).qs.exists()

    assert found == is_found
