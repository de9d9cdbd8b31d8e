"""Segments: saved filters, live (R-CRM-5), and health data in them (R-PRIV-3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from crm import filters, groups, listing, saved_filters, segments, tags
from crm.given_filters import FaultyFilters
from crm.models import Contact, Segment
from tenants.permissions import Role
from tests.crm.guests import ANNA, BRUNO, take
from tests.personas import Place


@pytest.fixture
def anna(inside: Place) -> Contact:
    contact = take(inside, **ANNA, language="it").known_contact
    tags.add(contact, "vip")
    return contact


@pytest.fixture
def bruno(inside: Place) -> Contact:
    return take(inside, **BRUNO).known_contact


def names(rows: filters.Contacts) -> set[str]:
    return set(rows.values_list("first_name", flat=True))


@pytest.mark.parametrize(
    ("saved", "found"),
    [
        ({}, {"Anna", "Bruno"}),
        ({"language": "it"}, {"Anna"}),
        ({"tag": ["vip"]}, {"Anna"}),
        ({"tag": "vip", "language": "it"}, {"Anna"}),
        ({"visits_max": 0}, {"Anna", "Bruno"}),
        ({"visits_min": "1"}, set()),
        ({"no_shows_min": 10**12}, set()),
        ({"suspect_key": False, "q": "bru"}, {"Bruno"}),
        ({"suspect_key": "false"}, {"Anna", "Bruno"}),
    ],
)
def test_a_segment_holds_who_its_filters_find(
    anna: Contact, bruno: Contact, saved: dict[str, Any], found: set[str]
) -> None:
    segment = segments.create("Some", saved)

    assert names(segments.members(segment)) == found
    assert segments.counts([segment]) == {segment.pk: len(found)}


def test_a_segment_is_live(anna: Contact, bruno: Contact) -> None:
    segment = segments.create("Important", {"tag": ["vip"]})

    tags.add(bruno, "vip")
    tags.remove(anna, "vip")

    assert names(segments.members(segment)) == {"Bruno"}


def test_a_segment_combines_with_other_filters_of_the_list(anna: Contact, bruno: Contact) -> None:
    tags.add(bruno, "vip")
    segment = segments.create("Important", {"tag": ["vip"]})

    form = filters.filtered(listing.active(), {"segment": str(segment.pk), "language": "it"})

    assert form.is_valid(), form.errors
    assert names(form.qs) == {"Anna"}


@pytest.mark.parametrize(
    ("saved", "faults"),
    [
        ({"nonsense": "1"}, [("nonsense", "unknown_field")]),
        ({"ordering": "last_name"}, [("ordering", "unknown_field")]),
        ({"tag": ["nobody"]}, [("tag", "invalid_choice")]),
        ({"visits_min": "many"}, [("visits_min", "invalid")]),
        ({"visits_min": -1}, [("visits_min", "min_value")]),
        ({"duplicates": "maybe"}, [("duplicates", "invalid")]),
        ({"language": ["it", "fr"]}, [("language", "repeated")]),
        ({"first_contact_after": "soon", "kind": "friend"}, [("first_contact_after", "invalid"), ("kind", "invalid_choice")]),
        ({"venue": "x"}, [("venue", "invalid")]),
    ],
)  # fmt: skip
def test_filters_that_the_list_would_not_take_are_refused(
    inside: Place, saved: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    with pytest.raises(FaultyFilters) as refused:
        segments.create("Broken", saved)

    assert [(one.name, one.code) for one in refused.value.faults] == faults
    assert refused.value.field == f"filters.{faults[0][0]}"
    assert Segment.objects.count() == 0


def test_a_segment_holds_no_segment(inside: Place) -> None:
    first = segments.create("First", {"language": "it"})

    with pytest.raises(FaultyFilters) as refused:
        segments.edit(first, saved={"segment": str(first.pk)})

    assert [one.code for one in refused.value.faults] == ["segment_in_segment"]


def test_a_segment_that_lost_its_group_finds_nobody(anna: Contact) -> None:
    group = groups.create("Wine")
    groups.add(group, [anna.pk])
    segment = segments.create("Drinkers", {"group": [str(group.pk)]})
    assert names(segments.members(segment)) == {"Anna"}

    groups.delete(group)

    assert names(segments.members(segment)) == set()
    assert segments.counts([segment]) == {}


def test_a_change_is_audited_and_none_is_not(inside: Place) -> None:
    segment = segments.create("Italians", {"language": "it"})
    segments.edit(segment, name="Italians", saved={"language": "it"})
    assert AuditEntry.objects.latest("id").action == "segment_created"

    segments.edit(segment, saved={"language": "fr"})

    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.before, entry.after) == (
        "segment_updated",
        {"filters": {"language": "it"}},
        {"filters": {"language": "fr"}},
    )
    with pytest.raises(segments.SegmentExists):
        segments.create("Italians", {})


def test_who_may_not_read_allergies_sees_no_segment_of_them(inside: Place) -> None:
    tags.create("Allergy: nuts")
    nuts = segments.create("Nuts", {"tag": ["allergy_nuts"]})
    plain = segments.create("Plain", {"language": "it"})

    with inside.enter(Role.MARKETER):
        assert list(saved_filters.visible()) == [plain]
        with pytest.raises(FaultyFilters):
            segments.create("Mine", {"tag": ["allergy_nuts"]})
        assert "segment" in filters.filtered(listing.active(), {"segment": str(nuts.pk)}).errors
    with inside.enter(Role.MANAGER):
        assert set(saved_filters.visible()) == {nuts, plain}


def test_all_segments_of_a_page_are_counted_by_one_statement(anna: Contact, bruno: Contact) -> None:
    made = [segments.create(f"Number {number}", {"visits_max": number}) for number in range(12)]

    with CaptureQueriesContext(connection) as captured:
        assert set(segments.counts(made).values()) == {2}

    assert len(captured) == 1
