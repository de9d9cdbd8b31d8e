"""Every change says who, what, when, before and after, and can never be rewritten (R-PRIV-4)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection
from uuid_utils.compat import uuid7

from audit import reading, recording
from audit.actions import Action
from audit.models import AuditEntry
from audit.reading import Question
from staff import venues
from tenants import scope
from tenants.models import Venue
from tests.personas import Bearer, Place

pytestmark = pytest.mark.usefixtures("db")


def _last() -> AuditEntry:
    return reading.entries(Question())[0]


class TestWriting:
    def test_the_actor_is_the_one_in_force(self, trattoria: Place) -> None:
        with trattoria.enter("manager"):
            venues.update(trattoria.venue, {"ordering_paused": True})
            entry = _last()

        assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("user", trattoria.owner.pk, "Owner")
        assert (entry.action, entry.object_type, entry.object_id) == ("venue_updated", "venue", trattoria.venue.pk)
        assert (entry.before, entry.after) == ({"ordering_paused": False}, {"ordering_paused": True})

    def test_a_key_and_the_worker_sign_as_themselves(self, trattoria: Place) -> None:
        with scope.enter(trattoria.id, scope.WORKER):
            venues.update(trattoria.venue, {"ordering_paused": True})
            assert (_last().actor_kind, _last().actor_id) == ("worker", None)

        Bearer.of(trattoria).patch(f"venues/{trattoria.venue.pk}/", {"ordering_paused": False})
        with trattoria.enter():
            entry = _last()
        assert (entry.actor_kind, entry.actor_label) == ("key", "admin")

    def test_the_requests_id_joins_entry_and_answer(self, trattoria: Place) -> None:
        answer = Bearer.of(trattoria).patch(
            f"venues/{trattoria.venue.pk}/", {"ordering_paused": True}, **{"X-Request-Id": "till-7.1"}
        )

        assert answer.headers["X-Request-Id"] == "till-7.1"
        with trattoria.enter():
            assert _last().request_id == "till-7.1"

    def test_values_are_kept_in_a_form_that_can_be_read_back(self, inside: Place) -> None:
        values = {
            "time": datetime.time(5),
            "date": datetime.date(2027, 1, 2),
            "instant": datetime.datetime(2027, 1, 2, 3, 4, tzinfo=datetime.UTC),
            "amount": Decimal("1.50"),
            "venue": inside.venue,
            "tags": ["vip"],
            "nothing": None,
        }

        recording.record(Action.SETTINGS_UPDATED, inside.tenant, after=values)

        assert _last().after == {
            "time": "05:00:00",
            "date": "2027-01-02",
            "instant": "2027-01-02T03:04:00Z",
            "amount": "1.50",
            "venue": str(inside.venue.pk),
            "tags": ["vip"],
            "nothing": None,
        }

    def test_goes_with_the_change_it_records(self, trattoria: Place) -> None:
        with pytest.raises(ZeroDivisionError), trattoria.enter():
            venues.update(trattoria.venue, {"ordering_paused": True})
            raise ZeroDivisionError

        with trattoria.enter():
            assert not AuditEntry.objects.filter(action="venue_updated").exists()
            assert Venue.objects.get(pk=trattoria.venue.pk).ordering_paused is False

    def test_outside_a_scope_is_a_programming_error(self, trattoria: Place) -> None:
        with pytest.raises(scope.NoScope):
            recording.record(Action.SETTINGS_UPDATED, trattoria.tenant)


@pytest.mark.parametrize("statement", ["UPDATE audit_auditentry SET actor_label = ''", "DELETE FROM audit_auditentry"])
def test_the_app_can_neither_change_nor_delete_an_entry(trattoria: Place, statement: str) -> None:
    with pytest.raises(ProgrammingError) as refusal, trattoria.enter(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert isinstance(refusal.value.__cause__, psycopg.errors.InsufficientPrivilege)


class TestReading:
    @pytest.fixture
    def story(self, trattoria: Place) -> list[AuditEntry]:
        """Four entries: two venues, two actors, two actions."""
        centro, mare = trattoria.venues
        with trattoria.enter():
            venues.update(centro, {"ordering_paused": True})
            venues.update(mare, {"ordering_paused": True})
        with scope.enter(trattoria.id, scope.WORKER):
            venues.update(centro, {"ordering_paused": False})
            recording.record(Action.SETTINGS_UPDATED, trattoria.tenant, after={"auto_merge": True})
            return list(AuditEntry.objects.order_by("id"))[-4:]

    def test_is_newest_first(self, trattoria: Place, story: list[AuditEntry]) -> None:
        with trattoria.enter():
            assert list(reading.entries(Question()))[:4] == story[::-1]

    def test_answers_by_object_actor_action_venue_and_time(self, trattoria: Place, story: list[AuditEntry]) -> None:
        centro, mare = trattoria.venues
        with trattoria.enter():

            def found(**asked: Any) -> list[int]:
                return [story.index(entry) for entry in reading.entries(Question(**asked)) if entry in story]

            assert found(object_id=mare.pk) == [1]
            assert found(object_type="venue") == [2, 1, 0]
            assert found(actor_id=trattoria.owner.pk) == [1, 0]
            assert found(actor_kind="worker") == [3, 2]
            assert found(action="venue_updated", actor_kind="worker") == [2]
            assert found(venue_id=centro.pk) == [2, 0]
            assert found(since=story[1].created_at, until=story[3].created_at) == [2, 1]
            assert found(object_id=uuid7()) == []

    def test_through_the_api_needs_its_permission(self, trattoria: Place, story: list[AuditEntry]) -> None:
        assert trattoria.signed_in("host").get("/api/v1/audit/").status_code == 403
        assert Bearer.of(trattoria, "read").get("audit/").status_code == 403

        answer = trattoria.signed_in("manager").get("/api/v1/audit/", {"object_id": str(trattoria.venues[1].pk)})

        assert answer.status_code == 200
        newest = answer.json()["results"][0]
        assert (newest["action"], newest["after"]) == ("venue_updated", {"ordering_paused": True})
        assert newest["actor"] == {"kind": "user", "id": str(trattoria.owner.pk), "label": "Owner"}

    def test_shows_no_other_tenants_entry(self, trattoria: Place, bistro: Place, story: list[AuditEntry]) -> None:
        answer = Bearer.of(bistro).get("audit/", {"object_id": str(story[0].object_id)})

        assert answer.json()["results"] == []
