"""Pairs of contacts that share a phone, and the badge and filter that show them (R-ID-2, R-MERGE-1, R-WRITE-6)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from crm import bin as contact_bin
from crm import details, editing, filters, listing
from crm.models import Contact, DuplicatePair
from tests.crm.guests import take
from tests.personas import Place

PHONE = "+393331042217"


@pytest.fixture
def family(inside: Place) -> list[Contact]:
    """Three contacts with one phone."""
    return [take(inside, email=f"{name}@example.net", phone=PHONE).known_contact for name in ("anna", "bruno", "carla")]


def badges() -> list[str]:
    """The e-mails of the contacts that the list marks as duplicates."""
    flagged = [pk for pk, one in details.of(listing.active().values_list("pk", flat=True)).items() if one.is_duplicate]
    marked = list(listing.active().filter(pk__in=flagged).values_list("email", flat=True))
    filtered = [one.email for one in filters.filtered(listing.active(), {"duplicates": "true"}).qs]
    others = [one.email for one in filters.filtered(listing.active(), {"duplicates": "false"}).qs]
    assert sorted(filtered) == sorted(marked)
    assert not set(others) & set(marked)
    return sorted(email.partition("@")[0] for email in marked)


def test_everybody_who_shares_a_phone_is_marked(family: list[Contact]) -> None:
    assert badges() == ["anna", "bruno", "carla"]
    assert DuplicatePair.objects.count() == 3


def test_who_stays_is_marked_as_long_as_another_shares_the_phone(family: list[Contact]) -> None:
    contact_bin.delete(family[0])
    assert badges() == ["bruno", "carla"]

    contact_bin.delete(family[1])
    assert badges() == []

    contact_bin.restore(family[0])
    assert badges() == ["anna", "carla"]


def test_a_changed_phone_ends_the_pair(family: list[Contact]) -> None:
    editing.edit(family[0], {"phone": "340 111 2223"})
    assert badges() == ["bruno", "carla"]

    editing.edit(family[1], {"phone": ""})
    assert badges() == []


def test_a_phone_changed_by_an_intake_ends_the_pair(inside: Place, family: list[Contact]) -> None:
    take(inside, email="anna@example.net", phone="+393401112223")

    assert badges() == ["bruno", "carla"]


def test_a_dismissed_pair_stays_dismissed_until_a_phone_changes(inside: Place, family: list[Contact]) -> None:
    DuplicatePair.objects.update(dismissed_at=timezone.now())
    take(inside, email="anna@example.net", phone=PHONE)
    assert badges() == []

    editing.edit(family[0], {"phone": "340 111 2223"})
    editing.edit(family[0], {"phone": PHONE})

    assert badges() == ["anna", "bruno", "carla"]


def test_a_phone_of_an_older_event_flags_nobody_who_did_not_take_it(inside: Place) -> None:
    now = timezone.now()
    take(inside, email="anna@example.net", phone=PHONE)
    take(inside, email="bruno@example.net", phone="+393401112223")

    late = take(inside, at=now - datetime.timedelta(hours=1), email="bruno@example.net", phone=PHONE)

    assert late.warnings == []
    assert badges() == []
