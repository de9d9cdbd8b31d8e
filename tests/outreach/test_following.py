"""One external id of an app is one contact, however many venues it follows and whoever asks at once (R-CRM-8, R-ID-6)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from crm import merging
from crm.event_time import InFuture
from crm.guest_data import CrmSync
from crm.models import Contact, ContactKind
from outreach import following
from outreach.models import Follow, Follower
from tests import parallel
from tests.crm import guests
from tests.outreach import app_users
from tests.personas import Place


def test_eight_processes_make_one_contact_of_one_external_id(commits: None, trattoria: Place) -> None:
    venues = [str(venue.pk) for venue in trattoria.venues]

    answers = parallel.together(app_users.follow, [(str(trattoria.id), venues, "app-1")] * 8)

    assert len({contact for own in answers for contact in own}) == 1
    with trattoria.enter():
        assert (Contact.objects.count(), Follower.objects.count(), Follow.objects.count()) == (1, 1, 2)


def test_codes_are_unique_also_when_eight_processes_draw_from_few(commits: None, trattoria: Place) -> None:
    call = (str(trattoria.id), str(trattoria.venue.pk), 10, 160)

    codes = [code for own in parallel.together(app_users.make_anonymous, [call] * 8) for code in own]

    assert len(codes) == len(set(codes)) == 80
    with trattoria.enter():
        assert set(Contact.objects.values_list("code", flat=True)) == set(codes)


def test_the_date_is_that_of_the_app_and_a_clock_that_runs_ahead_a_little_is_not_believed(inside: Place) -> None:
    now = timezone.now()

    following.follow(inside.venue, "app-1", followed_at=now - datetime.timedelta(days=3), at=now)
    following.follow(inside.venues[1], "app-1", followed_at=now + datetime.timedelta(seconds=30), at=now)

    assert list(Follow.objects.order_by("followed_at").values_list("followed_at", flat=True)) == [
        now - datetime.timedelta(days=3),
        now,
    ]
    with pytest.raises(InFuture):
        following.follow(inside.venue, "app-2", followed_at=now + datetime.timedelta(minutes=6), at=now)


def test_a_follow_of_a_merged_user_is_one_of_the_winner(inside: Place) -> None:
    follower = app_users.follower_of(inside)
    anna = guests.take(inside, **guests.ANNA).known_contact
    merging.absorb(follower.contact, into=anna, at=timezone.now())

    followed = following.follow(inside.venues[1], "app-1", at=timezone.now())

    assert (followed.follower.contact_id, followed.crm_sync) == (anna.pk, CrmSync.UNCHANGED)
    assert len(following.of_contacts([anna.pk])[anna.pk]) == 2


def test_a_contact_that_follows_a_venue_in_two_apps_does_so_since_the_first(inside: Place) -> None:
    now = timezone.now()
    anna = guests.take(inside, **guests.ANNA).known_contact
    for number in (1, 2):
        when = now - datetime.timedelta(days=number)
        follower = following.follow(inside.venue, f"app-{number}", followed_at=when, at=now).follower
        merging.absorb(follower.contact, into=anna, at=now)

    assert following.of_contacts([anna.pk]) == {
        anna.pk: [following.Following(inside.venue.pk, now - datetime.timedelta(days=2))]
    }
    assert Contact.objects.get(pk=anna.pk).kind == ContactKind.UNREGISTERED
