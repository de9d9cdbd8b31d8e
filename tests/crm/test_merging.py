"""An anonymous contact becomes one with a known one: what is united, moved and answered (R-CRM-8, R-MERGE-3, R-MERGE-4)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.models import AuditEntry
from bookings import linking, taking
from bookings.models import Booking, BookingKind
from crm import anonymous, details, editing, groups, identity, merging, search, statistics, tags, visits
from crm import bin as contact_bin
from crm.channel import Channel
from crm.editing import NotInList
from crm.merging import NotAnonymous
from crm.models import (
    Contact,
    ContactIdentifier,
    ContactState,
    ContactStats,
    ContactTag,
    GroupMember,
    Review,
    SearchToken,
    Visit,
    VisitSource,
    VisitSourceKind,
)
from crm.registration import RegistrationRequired
from tests.crm import guests
from tests.personas import Place

TODAY = datetime.date(2026, 11, 20)


@pytest.fixture
def anna(inside: Place) -> Contact:
    return guests.take(inside, **guests.ANNA).known_contact


@pytest.fixture
def user(inside: Place) -> Contact:
    return anonymous.create(Channel.FOLLOW, inside.venue, at=timezone.now() - datetime.timedelta(days=300))


def absorb(user: Contact, winner: Contact) -> Contact:
    return merging.absorb(user, into=winner, at=timezone.now())


def visit(contact: Contact, place: Place, day: datetime.date) -> None:
    visits.record(
        contact,
        place.venue,
        local_date=day,
        kind=VisitSourceKind.WIFI,
        source_id=uuid7(),
        at=datetime.datetime.combine(day, datetime.time(20), datetime.UTC),
    )


def draft(place: Place, contact: Contact, **guest: Any) -> taking.Draft:
    return taking.Draft(place.venue, BookingKind.RESERVATION, Channel.STAFF, 2, contact=contact.pk)


def test_visits_are_the_union_of_days_never_the_sum(inside: Place, anna: Contact, user: Contact) -> None:
    for contact, days in ((anna, (0, 1)), (user, (1, 2))):
        for days_ago in days:
            visit(contact, inside, TODAY - datetime.timedelta(days=days_ago))

    absorb(user, anna)

    assert sorted(Visit.objects.values_list("contact", "local_date")) == [
        (anna.pk, TODAY - datetime.timedelta(days=days_ago)) for days_ago in (2, 1, 0)
    ]
    assert VisitSource.objects.count() == 4
    assert ContactStats.objects.get(contact=anna).visit_count == 3
    assert ContactStats.objects.get(contact=user).visit_count == 0


def test_tags_are_united_up_to_nine_set_by_hand(inside: Place, anna: Contact, user: Contact) -> None:
    for key in list(tags.SYSTEM_TAGS)[:8]:
        tags.add(anna, key)
    for key in list(tags.SYSTEM_TAGS)[6:9]:
        tags.add(user, key)
    tags.add(user, tags.create("Window").key)

    absorb(user, anna)

    held = ContactTag.objects.filter(contact=anna).values_list("tag__key", flat=True)
    assert set(held) == set(tags.SYSTEM_TAGS)
    assert len(held) == 9


def test_groups_reviews_and_notes_are_united(inside: Place, anna: Contact, user: Contact) -> None:
    both, other = groups.create("Both"), groups.create("Other")
    groups.add(both, [anna.pk, user.pk])
    groups.add(other, [user.pk])
    for contact, notes in ((anna, "Likes the garden."), (user, "Asks for oat milk.")):
        editing.edit(contact, {"notes": notes})
    editing.edit(user, {"nickname": "the runner", "city": "Lodi"})
    Review.objects.create(venue=inside.venue, contact=user, source="private", rating=5, reviewed_at=timezone.now())

    winner = absorb(user, anna)

    assert (winner.notes, winner.nickname, winner.city) == (
        "Likes the garden.\n\nAsks for oat milk.",
        "the runner",
        "Lodi",
    )
    assert winner.last_name == "Rossi"
    members = GroupMember.objects.filter(contact=anna).values_list("group__name", flat=True)
    assert sorted(members) == ["Both", "Other"]
    assert ContactStats.objects.get(contact=anna).review_count == 1


def test_the_first_contact_is_the_earlier_with_its_channel_and_the_last_the_later(anna: Contact, user: Contact) -> None:
    winner = absorb(user, anna)

    assert (winner.first_contact_on, winner.first_channel) == (user.first_contact_on, Channel.FOLLOW)
    assert winner.last_channel == Channel.WEB


def test_the_loser_keeps_its_row_without_keys_and_words_and_its_code_finds_the_winner(
    anna: Contact, user: Contact
) -> None:
    code = user.code

    absorb(user, anna)

    loser = Contact.objects.get(pk=user.pk)
    assert (loser.state, loser.merged_into_id) == (ContactState.MERGED, anna.pk)
    assert not ContactIdentifier.objects.filter(contact=user).exists()
    assert not SearchToken.objects.filter(contact=user).exists()
    assert list(search.matching(Contact.objects.all(), code, country="IT")) == [anna]
    assert AuditEntry.objects.filter(action="contact_merged", object_id=anna.pk).count() == 1


def test_a_second_time_changes_nothing(anna: Contact, user: Contact) -> None:
    first = absorb(user, anna)
    again = absorb(user, anna)

    assert (again.pk, again.version) == (first.pk, first.version)
    assert AuditEntry.objects.filter(action="contact_merged").count() == 1


def test_only_an_anonymous_contact_in_the_list_is_absorbed(inside: Place, anna: Contact, user: Contact) -> None:
    bruno = guests.take(inside, **guests.BRUNO).known_contact

    with pytest.raises(NotAnonymous):
        absorb(bruno, anna)
    contact_bin.delete(user)
    with pytest.raises(NotInList):
        absorb(user, anna)
    assert Contact.objects.filter(state=ContactState.MERGED).count() == 0


class TestAnOldId:
    """Whoever still holds it reaches the winner."""

    @pytest.fixture
    def old(self, anna: Contact, user: Contact) -> Contact:
        absorb(user, anna)
        return user

    def test_in_a_booking_is_the_winner(self, inside: Place, anna: Contact, old: Contact) -> None:
        booking = taking.take(draft(inside, old)).booking

        assert booking.contact_id == anna.pk
        assert ContactStats.objects.get(contact=anna).booking_count == 1

    def test_links_a_booking_to_the_winner(self, inside: Place, anna: Contact, old: Contact) -> None:
        bruno = guests.take(inside, **guests.BRUNO).known_contact
        booking = taking.take(draft(inside, bruno)).booking

        assert linking.link(booking, old.pk).contact_id == anna.pk
        version = Booking.objects.get(pk=booking.pk).version
        assert linking.link(booking, anna.pk).version == version

    def test_edits_and_deletes_the_winner(self, anna: Contact, old: Contact) -> None:
        assert editing.edit(old, {"city": "Lodi"}).contact.pk == anna.pk
        contact_bin.delete(old)

        assert Contact.objects.get(pk=anna.pk).state == ContactState.DELETED
        assert Contact.objects.get(pk=old.pk).state == ContactState.MERGED

    def test_leads_to_the_winner_at_once_however_often_it_was_merged(self, inside: Place, old: Contact) -> None:
        other = anonymous.create(Channel.FOLLOW, inside.venue, at=timezone.now())
        Contact.objects.filter(pk=old.pk).update(merged_into=other)
        bruno = guests.take(inside, **guests.BRUNO).known_contact

        absorb(other, bruno)

        assert identity.open_book((), [old.pk]).contacts[old.pk].pk == bruno.pk
        assert details.of([bruno.pk])[bruno.pk].merged_from == sorted([old.pk, other.pk])

    def test_of_a_winner_in_the_bin_leads_to_nobody(self, anna: Contact, old: Contact) -> None:
        contact_bin.delete(anna)

        assert identity.open_book((), [old.pk]).contacts == {}


def test_a_booking_of_an_anonymous_contact_is_refused_and_nothing_is_written(inside: Place, user: Contact) -> None:
    with pytest.raises(RegistrationRequired):
        taking.take(draft(inside, user))

    assert Booking.objects.count() == 0
    statistics.refresh(user.pk)
    assert ContactStats.objects.get(contact=user).booking_count == 0
