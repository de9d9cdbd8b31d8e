"""Who follows the venues in an app, as staff see it (R-CRM-8, R-CRM-9)."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.guest_data import Guest
from outreach import app_messages, following, registering
from outreach.models import Follower
from tenants.permissions import Role
from tests.dashboard.counter import see
from tests.dashboard.test_pages import url
from tests.personas import Place

ANNA = Guest(first_name="Anna", last_name="Rossi", email="anna@example.com")


def follow(place: Place, external_id: str, *, venue: int = 0, days_ago: int = 0) -> Follower:
    at = timezone.now()
    with place.enter():
        since = at - datetime.timedelta(days=days_ago)
        return following.follow(place.venues[venue], external_id, followed_at=since, at=at).follower


def register(place: Place, follower: Follower) -> None:
    with place.enter():
        registering.register(follower, ANNA, at=timezone.now())


def test_an_anonymous_follower_is_listed_by_its_code_and_leads_to_its_card(trattoria: Place) -> None:
    follower = follow(trattoria, "app-1")
    with trattoria.enter():
        code = follower.contact.code
        app_messages.write(follower, trattoria.venue, "Is the garden open?", at=timezone.now())

    answer = trattoria.signed_in(Role.HOST).get(url(trattoria, "followers")).content.decode()
    said = see(trattoria, "followers", role=Role.HOST)

    assert f"{code} anonymous {trattoria.venue.name} since" in said
    assert "Is the garden open?" in said
    assert url(trattoria, "contact", follower.contact_id) in answer


def test_who_registered_is_listed_by_name(trattoria: Place) -> None:
    register(trattoria, follow(trattoria, "app-1"))

    assert "Anna Rossi registered" in see(trattoria, "followers")


def test_each_venue_is_listed_with_its_own_date(trattoria: Place) -> None:
    follow(trattoria, "app-1", days_ago=800)
    follow(trattoria, "app-1", venue=1, days_ago=1)

    said = see(trattoria, "followers")

    first, second = (said.index(f"{venue.name} since") for venue in trattoria.venues[:2])
    assert first < second
    assert said.count(" since ") == 2


def test_the_newest_follower_comes_first_and_pages_follow_one_another(
    trattoria: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.followers.PAGE_SIZE", 1)
    old, new = follow(trattoria, "app-1"), follow(trattoria, "app-2")
    client = trattoria.signed_in()

    first = client.get(url(trattoria, "followers"))
    second = client.get(first.context["next_url"])

    assert [row["contact_id"] for row in first.context["rows"]] == [new.contact_id]
    assert [row["contact_id"] for row in second.context["rows"]] == [old.contact_id]
    assert second.context["next_url"] is None
    assert client.get(second.context["previous_url"]).context["rows"] == first.context["rows"]


def test_an_empty_list_says_how_followers_come(trattoria: Place) -> None:
    assert "Nobody follows you yet Guests follow a venue in the app." in see(trattoria, "followers")


def test_followers_of_another_tenant_are_not_listed(trattoria: Place, bistro: Place) -> None:
    register(trattoria, follow(trattoria, "app-1"))

    assert "Anna Rossi" not in see(bistro, "followers")


def test_the_card_shows_the_code_and_what_is_followed(trattoria: Place) -> None:
    follower = follow(trattoria, "app-1")
    with trattoria.enter():
        code = follower.contact.code

    said = see(trattoria, "contact", follower.contact_id)

    assert f"Code {code} Follows {trattoria.venue.name} since" in said


def test_a_card_without_follows_says_nothing_of_them(trattoria: Place) -> None:
    follower = follow(trattoria, "app-1")
    with trattoria.enter():
        following.unfollow(follower, trattoria.venue.pk, at=timezone.now())

    assert " since " not in see(trattoria, "contact", follower.contact_id)


def test_more_followers_cost_no_more_queries(trattoria: Place) -> None:
    client = trattoria.signed_in()

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(url(trattoria, "followers"))
        return len(found)

    follow(trattoria, "app-0")
    queries()
    before = queries()
    for number in range(1, 6):
        follow(trattoria, f"app-{number}")

    assert queries() == before
