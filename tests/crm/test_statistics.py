"""Statistics are recomputed from the facts, and say null where there is no data (R-CRM-2)."""

from __future__ import annotations

import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm import figures, rebuilding, statistics
from crm.models import Contact, ContactStats, Review, ReviewSource
from tests.crm.guests import ANNA, BRUNO, take
from tests.personas import Place


@pytest.fixture
def anna(inside: Place) -> Contact:
    return take(inside, **ANNA).known_contact


def rate(anna: Contact, place: Place, *ratings: int, source: str = ReviewSource.PRIVATE) -> ContactStats:
    """Reviews of Anna's, one a day, the last one today."""
    for days, rating in enumerate(reversed(ratings)):
        at = timezone.now() - datetime.timedelta(days=days)
        Review.objects.create(venue=place.venue, contact=anna, source=source, rating=rating, reviewed_at=at)
    statistics.refresh(anna.pk)
    return ContactStats.objects.get(contact=anna)


def test_without_data_there_is_nothing_to_say(anna: Contact) -> None:
    read = figures.of(anna.stats)

    assert {getattr(read, name) for name in figures.Figures.__slots__} == {None}
    assert figures.spend(anna.stats) == []


def test_private_reviews_are_averaged_and_the_google_rating_stands_apart(anna: Contact, inside: Place) -> None:
    rate(anna, inside, 5, 4, 4)
    stats = rate(anna, inside, 2, source=ReviewSource.GOOGLE)

    assert (stats.review_count, figures.of(stats).review_average, stats.google_rating) == (3, 4.33, 2)


@pytest.mark.parametrize(
    ("ratings", "is_falling"),
    [((5, 5, 4), True), ((5, 4, 4), False), ((4, 5), False), ((5, 4), True), ((5,), False), ((3, 3, 3), False)],
)
def test_a_rating_falls_by_a_point_below_the_earlier_average(
    anna: Contact, inside: Place, ratings: tuple[int, ...], is_falling: bool
) -> None:
    assert rate(anna, inside, *ratings).is_rating_falling is is_falling


def test_a_rebuild_finds_nothing_where_all_is_well(anna: Contact, inside: Place) -> None:
    rate(anna, inside, 4)

    (rebuilt,) = rebuilding.rebuild(inside.id)

    assert (rebuilt.contact_count, rebuilt.differences) == (1, [])


def test_a_rebuild_repairs_and_names_what_was_wrong(trattoria: Place, bistro: Place, commits: None) -> None:
    with trattoria.enter():
        anna, bruno = (take(trattoria, **guest).known_contact for guest in (ANNA, BRUNO))
        ContactStats.objects.filter(contact=anna).update(visit_count=9, spend_minor=100)
    with bistro.enter():
        take(bistro, **ANNA)
    told = StringIO()

    with pytest.raises(CommandError, match="2 figures were wrong"):
        call_command("rebuild_statistics", tenant=trattoria.id, stdout=told)

    assert f"{anna.pk} visit_count: stood at 9, the facts say 0" in told.getvalue()
    assert str(bruno.pk) not in told.getvalue()
    call_command("rebuild_statistics", stdout=(again := StringIO()))
    assert "3 contacts" in again.getvalue()
    assert "0 differences" in again.getvalue()
