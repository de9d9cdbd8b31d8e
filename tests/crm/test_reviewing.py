"""Reviews: whose they are, and what they make of the statistics (R-CRM-2, R-ID-2)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from audit.actions import Action
from audit.models import AuditEntry
from crm import bin as contact_bin
from crm import filters, listing, reviewing
from crm.event_time import InFuture
from crm.guest_data import Guest, UnknownContact
from crm.models import Contact, ContactStats, Review, ReviewSource
from crm.reviewing import OfBooking, Opinion, Recorded
from tests.crm.guests import ANNA, BRUNO, take
from tests.personas import Place

NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)


def review(
    place: Place, rating: int = 4, *, source: ReviewSource = ReviewSource.PRIVATE, days_ago: int = 0, **details: Any
) -> Recorded:
    when = NOON - datetime.timedelta(days=days_ago)
    opinion = Opinion(place.venue, source, rating, **{"reviewed_at": when, **details})
    return reviewing.record(opinion, at=NOON)


def figures(contact: Contact) -> tuple[int, float | None, bool, int | None]:
    """Count, average, whether it falls, and Google's rating."""
    return ContactStats.objects.values_list("review_count", "review_average", "is_rating_falling", "google_rating").get(
        contact=contact
    )


def test_private_reviews_make_the_average_and_google_stands_apart(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    assert figures(anna) == (0, None, False, None)

    for number, rating in enumerate((5, 4, 4)):
        review(inside, rating, days_ago=9 - number, contact=anna.pk)
    review(inside, 1, source=ReviewSource.GOOGLE, days_ago=5, contact=anna.pk)
    review(inside, 3, source=ReviewSource.GOOGLE, days_ago=4, contact=anna.pk)

    assert figures(anna) == (3, 13 / 3, False, 3)
    assert set(AuditEntry.objects.filter(action=Action.REVIEW_RECORDED).values_list("object_type", flat=True)) == {
        "review"
    }


@pytest.mark.parametrize(
    ("ratings", "is_falling"),
    [
        ([5], False),
        ([5, 5], False),
        ([5, 4], True),
        ([4, 5, 4], False),
        ([5, 5, 4], True),
        ([5, 4, 4], False),
        ([5, 1, 5], False),
        ([1, 5], False),
        ([3, 4, 5, 3], True),
    ],
)
def test_a_latest_review_a_point_below_the_earlier_average_is_a_fall(
    inside: Place, ratings: list[int], is_falling: bool
) -> None:
    anna = take(inside, **ANNA).known_contact

    for number, rating in enumerate(ratings):
        review(inside, rating, days_ago=9 - number, contact=anna.pk)

    assert figures(anna)[2] is is_falling


def test_the_latest_is_the_latest_written_and_not_the_latest_sent(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    review(inside, 5, days_ago=1, contact=anna.pk)

    review(inside, 2, days_ago=9, contact=anna.pk)

    assert figures(anna) == (2, 3.5, False, None)


@pytest.mark.parametrize(
    ("guest", "author"),
    [
        ({"email": " Anna@Example.net "}, "Anna"),
        ({"phone": "340 111 2223"}, "Bruno"),
        ({"phone": "333 104 2217"}, "Anna"),
        ({"email": "anna@example.net", "phone": "340 111 2223"}, "Anna"),
        ({"email": "new@example.net", "phone": "340 111 2223"}, "Bruno"),
        ({"email": "new@example.net", "phone": "333 104 2217"}, None),
        ({"email": "new@example.net"}, None),
        ({"email": "nonsense", "phone": "12"}, None),
        ({"first_name": "Anna", "last_name": "Rossi"}, None),
        ({}, None),
    ],
)
def test_a_guest_is_looked_up_and_never_made(inside: Place, guest: dict[str, Any], author: str | None) -> None:
    take(inside, **ANNA)
    take(inside, **BRUNO)
    before = list(Contact.objects.order_by("pk").values())

    contact = review(inside, guest=Guest(**guest)).review.contact

    assert (contact and contact.first_name) == author
    assert list(Contact.objects.order_by("pk").values()) == before


def test_a_booking_tells_whose_it_is_also_in_the_bin(inside: Place) -> None:
    anna, bruno = take(inside, **ANNA).known_contact, take(inside, **BRUNO).known_contact
    contact_bin.delete(bruno)
    bookings = [uuid7() for _number in range(3)]

    for booking, contact in zip(bookings, (anna.pk, bruno.pk, None), strict=True):
        review(inside, booking=OfBooking(booking, contact))

    assert list(Review.objects.order_by("id").values_list("booking_id", "contact")) == [
        (bookings[0], anna.pk),
        (bookings[1], bruno.pk),
        (bookings[2], None),
    ]
    assert (figures(anna)[0], figures(bruno)[0]) == (1, 1)


def test_whose_review_a_booking_tells_moves_with_it_and_a_named_author_stays(inside: Place) -> None:
    anna, bruno = take(inside, **ANNA).known_contact, take(inside, **BRUNO).known_contact
    carla = take(inside, first_name="Carla", email="carla@example.net").known_contact
    booking = OfBooking(uuid7(), anna.pk)
    hers = review(inside, booking=booking).review
    his = review(inside, booking=booking, contact=bruno.pk).review

    reviewing.carry(booking, carla.pk)

    assert [Review.objects.get(pk=one.pk).contact for one in (hers, his)] == [carla, bruno]


def test_an_unknown_contact_or_one_in_the_bin_cannot_be_named(inside: Place) -> None:
    bruno = take(inside, **BRUNO).known_contact
    contact_bin.delete(bruno)

    for unknown in (bruno.pk, uuid7()):
        with pytest.raises(UnknownContact) as refused:
            review(inside, contact=unknown)
        assert refused.value.field == "contact"

    assert Review.objects.count() == 0


def test_a_known_external_id_changes_nothing(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    first = review(inside, 5, external_id="R1", contact=anna.pk)

    again = review(inside, 1, external_id="R1", contact=anna.pk)
    google = review(inside, 1, external_id="R1", source=ReviewSource.GOOGLE)
    mare = reviewing.record(Opinion(inside.venues[1], ReviewSource.PRIVATE, 3, external_id="R1"), at=NOON)

    assert (again.review.pk, again.is_new, again.review.rating) == (first.review.pk, False, 5)
    assert len({first.review.pk, google.review.pk, mare.review.pk}) == 3
    assert figures(anna) == (1, 5.0, False, None)


def test_a_review_of_the_future_is_refused_and_a_clock_a_little_ahead_counts_as_now(inside: Place) -> None:
    ahead = datetime.timedelta(minutes=5)

    with pytest.raises(InFuture) as refused:
        review(inside, reviewed_at=NOON + ahead + datetime.timedelta(microseconds=1))

    assert (refused.value.field, Review.objects.count()) == ("reviewed_at", 0)
    assert review(inside, reviewed_at=NOON + ahead).review.reviewed_at == NOON
    assert review(inside, reviewed_at=None).review.reviewed_at == NOON


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"review_average_min": "4"}, "Anna"),
        ({"review_average_min": "4.5"}, "Anna"),
        ({"review_average_min": "4.51"}, ""),
        ({"review_average_min": "0"}, "Anna Bruno"),
        ({"review_average_max": "3"}, "Bruno"),
        ({"review_average_max": "5"}, "Anna Bruno"),
        ({"review_average_min": "3", "review_average_max": "4.5"}, "Anna Bruno"),
        ({"review_average_max": "2.9"}, ""),
        ({"rating_dropped": "true"}, "Bruno"),
        ({"rating_dropped": "false"}, "Anna Carla"),
        ({"rating_dropped": "true", "review_average_min": "4"}, ""),
    ],
)
def test_filters_find_by_average_and_by_a_fall(inside: Place, given: dict[str, Any], found: str) -> None:
    """Anna 4.5; Bruno fell from 4 to 2; Carla was rated by Google alone."""
    anna, bruno = take(inside, **ANNA).known_contact, take(inside, **BRUNO).known_contact
    carla = take(inside, first_name="Carla", email="carla@example.net").known_contact
    for contact, ratings in ((anna, (4, 5)), (bruno, (4, 2))):
        for number, rating in enumerate(ratings):
            review(inside, rating, days_ago=9 - number, contact=contact.pk)
    review(inside, 1, source=ReviewSource.GOOGLE, contact=carla.pk)

    form = filters.filtered(listing.active(), given)

    assert form.is_valid(), form.errors
    assert " ".join(sorted(form.qs.values_list("first_name", flat=True))) == found


@pytest.mark.parametrize("value", ["5.1", "-1", "good", "NaN", "Infinity", "1e400"])
@pytest.mark.parametrize("name", ["review_average_min", "review_average_max"])
def test_an_average_is_between_nothing_and_five(inside: Place, name: str, value: str) -> None:
    form = filters.filtered(listing.active(), {name: value})

    assert not form.is_valid()
    assert list(form.errors) == [name]
