"""Automatic tags: what sets them, what takes them off, and what staff can do about it (R-CRM-6)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.models import AuditEntry
from bookings import lifecycle, taking
from bookings.models import Booking, BookingKind, BookingStatus
from crm import automatic_tags, statistics, tags, tasks, visits
from crm.automatic_rules import RULES, why
from crm.channel import Channel
from crm.models import Contact, ContactTag, LiftedTag, VisitSourceKind
from tests.crm.guests import ANNA, take
from tests.personas import Place
from tests.plans import entered_by

TODAY = timezone.now()


def ago(days: float) -> datetime.datetime:
    return TODAY - datetime.timedelta(days=days)


@pytest.fixture
def anna(inside: Place) -> Contact:
    return take(inside, **ANNA).known_contact


def come(place: Place, contact: Contact, *days_ago: float) -> None:
    """Visits on these days, counted as any writer of facts does."""
    for days in days_ago:
        at = ago(days)
        visits.record(contact, place.venue, local_date=at.date(), kind=VisitSourceKind.WIFI, source_id=uuid7(), at=at)
    statistics.refresh(contact.pk)


def stay_away(place: Place, contact: Contact, days_ago: float) -> Booking:
    draft = taking.Draft(
        venue=place.venue, kind=BookingKind.RESERVATION, channel=Channel.PHONE, party_size=2, contact=contact.pk,
        starts_at=ago(days_ago),
    )  # fmt: skip
    return lifecycle.set_status(taking.take(draft).booking, BookingStatus.NO_SHOW, at=ago(days_ago))


def held(contact: Contact) -> dict[str, bool]:
    return {one.tag.key: one.is_automatic for one in ContactTag.objects.select_related("tag").filter(contact=contact)}


def test_every_rule_sets_a_system_tag() -> None:
    assert {rule.tag for rule in RULES} <= set(tags.SYSTEM_TAGS)


def test_the_sixth_visit_in_twelve_months_makes_a_regular_and_says_why(inside: Place, anna: Contact) -> None:
    come(inside, anna, 300, 200, 100, 50, 20)
    assert held(anna) == {}

    come(inside, anna, 10)

    assert held(anna) == {"regular": True}
    reason = ContactTag.objects.get().reason
    assert (reason["rule"], reason["count"], reason["until"]) == ("regular", 6, timezone.now().date().isoformat())
    assert why(reason) == "6 visits in 12 months"
    assert AuditEntry.objects.filter(action="contact_tagged").get().after == {"tag": "regular", **reason}


def test_visits_of_more_than_a_year_ago_do_not_count(inside: Place, anna: Contact) -> None:
    come(inside, anna, 700, 500, 400, 300, 20, 10)

    assert held(anna) == {}


def test_the_second_no_show_in_180_days_sets_the_tag_and_its_undoing_takes_it_off(inside: Place, anna: Contact) -> None:
    stay_away(inside, anna, 200)
    stay_away(inside, anna, 100)
    assert held(anna) == {}

    latest = stay_away(inside, anna, 50)
    assert held(anna) == {"no_show": True}

    lifecycle.set_status(latest, BookingStatus.ARRIVED)
    assert held(anna) == {}
    assert AuditEntry.objects.filter(action="contact_untagged").get().before["tag"] == "no_show"


def test_a_tag_goes_at_night_when_its_window_has_passed(inside: Place, anna: Contact) -> None:
    come(inside, anna, 360, 200, 100, 50, 20, 10)
    assert held(anna) == {"regular": True}

    automatic_tags.follow([anna.pk], at=TODAY + datetime.timedelta(days=30))

    assert held(anna) == {}


def test_the_number_is_kept_up_to_date(inside: Place, anna: Contact) -> None:
    come(inside, anna, 300, 200, 100, 50, 20, 10)
    come(inside, anna, 5)

    assert ContactTag.objects.get().reason["count"] == 7


def test_a_tag_set_by_hand_is_left_alone(inside: Place, anna: Contact) -> None:
    tags.add(anna, "regular")
    come(inside, anna, 300, 200, 100, 50, 20, 10)
    assert held(anna) == {"regular": False}

    automatic_tags.follow([anna.pk], at=TODAY + datetime.timedelta(days=4000))

    assert held(anna) == {"regular": False}


def test_automatic_tags_do_not_count_towards_nine(inside: Place, anna: Contact) -> None:
    come(inside, anna, 300, 200, 100, 50, 20, 10)
    tags.create("Allergy")
    for key in [*set(tags.SYSTEM_TAGS) - {"regular"}, "allergy"]:
        tags.add(anna, key)

    assert len(held(anna)) == 10


def test_lifting_needs_a_reason_and_lasts_until_something_new_happens(inside: Place, anna: Contact) -> None:
    come(inside, anna, 300, 200, 100, 50, 20, 10)
    with pytest.raises(tags.ReasonNeeded):
        tags.remove(anna, "regular", reason="  ")
    assert held(anna) == {"regular": True}

    tags.remove(anna, "regular", reason="Works for the baker", at=ago(8))
    lifted = LiftedTag.objects.get()
    assert (lifted.reason, lifted.lifted_by) == ("Works for the baker", "Owner")
    statistics.refresh(anna.pk)
    come(inside, anna, 9)  # before the lifting, told late
    assert held(anna) == {}

    come(inside, anna, 1)

    assert held(anna) == {"regular": True}
    assert LiftedTag.objects.count() == 0


def test_a_tag_set_by_hand_comes_off_without_a_reason(inside: Place, anna: Contact) -> None:
    tags.add(anna, "regular")

    tags.remove(anna, "regular")

    assert held(anna) == {}
    assert LiftedTag.objects.count() == 0


def test_the_nightly_review_goes_through_every_tenant_in_chunks(
    commits: None, trattoria: Place, bistro: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    guests = []
    for place in (trattoria, bistro):
        with place.enter():
            for number in range(3):
                contact = take(place, email=f"n{number}@example.net").known_contact
                come(place, contact, 300, 200, 100, 50, 20, 10)
                guests.append((place, contact))
            ContactTag.objects.all().delete()
    monkeypatch.setattr(automatic_tags, "CHUNK", 2)
    rung: list[dict[str, str]] = []

    def ring(*, kwargs: dict[str, str]) -> None:
        rung.append(kwargs)

    monkeypatch.setattr(tasks.review_automatic_tags_of, "apply_async", ring)

    tasks.review_automatic_tags()
    while rung:
        tasks.review_automatic_tags_of(**rung.pop())

    for place, contact in guests:
        with place.enter():
            assert held(contact) == {"regular": True}


def test_no_guest_costs_a_walk_over_all_the_tenants_tags(inside: Place) -> None:
    for table in (ContactTag, LiftedTag):
        entries = entered_by(automatic_tags.overdue(), table._meta.db_table)
        assert entries
        assert all("contact_id" in entry for entry in entries)
