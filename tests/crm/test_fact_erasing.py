"""Clearing what one fact says of its guest, mostly one of nobody: what is left, and what is named first (R-PRIV-1)."""

from __future__ import annotations

import datetime
from uuid import UUID

import pytest
from django.apps import apps
from django.utils import timezone

from audit.models import AuditEntry
from bookings.models import Booking
from config.celery import app
from crm import due_erasures, fact_erasing, privacy_search, tasks
from crm.expected import Way
from crm.models import Erasure, FactErasure
from orders.models import Order
from tests.api.test_bookings import booking
from tests.api.test_problems import assert_problem
from tests.crm.facts_of_nobody import FACTS, LEFT, NEMO, rows, soon

DAY = datetime.timedelta(days=1)
NAMED = "nemo nobody"


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def eager():
    """A worker that hears the bell at once."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def clear(key, kind, fact, **more):
    return key.post(f"privacy/facts/{kind}/{fact}/erase/", {"confirm": NAMED, **more})


def carry_out(place, *, at):
    with place.enter():
        found = due_erasures.due_facts(None, at=at, limit=10)
        return [due_erasures.carry_out_fact(one, at=at) for one in found]


@pytest.mark.parametrize("kind", sorted(privacy_search.ERASABLE))
def test_facts_are_wiped_one_by_one(key, trattoria, settings, tmp_path, kind):
    settings.FILES_ROOT = tmp_path / "files"
    model, left = LEFT[kind]
    fact = FACTS[kind](key, trattoria)
    assert rows(trattoria, model, left) != [left]
    assert "nemo" in str(rows(trattoria, model)).lower()

    with trattoria.enter():
        fact_erasing.erase(kind, UUID(fact), at=timezone.now(), upcoming=Way.CANCEL)

        kept = Erasure.objects.get()
        assert (kept.contact_ids, kept.fact_kind, str(kept.fact_id)) == ([], kind, fact)
    assert rows(trattoria, model, left) == ([] if left is None else [left])
    assert "nemo" not in str(rows(trattoria, model)).lower()
    with trattoria.enter():
        trail = AuditEntry.objects.values_list("before", "after")
        assert "nemo" not in str(list(trail)).lower()


def test_every_place_is_cleared_in_some_way(trattoria):
    """What can be found is cleared by itself, or with the contact it always has, or is a hash alone, or a request."""
    with trattoria.enter():
        others = [place for place in privacy_search.places() if place.kind not in privacy_search.ERASABLE]

    hashes = {place.kind for place in others if place.said == "''"}
    models = {model._meta.db_table: model for model in apps.get_models()}
    columns = {place.kind: {one.name: one for one in models[place.table]._meta.fields} for place in others}
    owned = {kind for kind, own in columns.items() if "contact" in own and not own["contact"].null}
    assert hashes == {"ordering_block", "suppression", "undeliverable"}
    assert columns.keys() - hashes - owned == {"privacy_request"}


def test_an_id_of_another_kind_is_no_fact(key, trattoria):
    fact = FACTS["booking"](key, trattoria)

    with trattoria.enter(), pytest.raises(fact_erasing.UnknownFact):
        fact_erasing.erase("order", fact, at=timezone.now())
    assert key.get(f"bookings/{fact}/").json()["guest"] == NEMO


class TestUpcoming:
    @pytest.mark.parametrize("kind", ["booking", "order"])
    def test_one_whose_guest_is_expected_is_named_first_and_stays(self, key, trattoria, kind):
        fact = FACTS[kind](key, trattoria)

        body = assert_problem(clear(key, kind, fact), 409, "has_upcoming")

        assert [(one["kind"], one["id"]) for one in body["upcoming"]] == [(kind, fact)]
        assert key.get(f"{kind}s/{fact}/").json()["guest"] == NEMO

    @pytest.mark.parametrize(("kind", "model"), [("booking", Booking), ("order", Order)])
    def test_it_is_cancelled_and_cleared_when_that_is_said(self, key, trattoria, kind, model):
        fact = FACTS[kind](key, trattoria)

        assert clear(key, kind, fact, upcoming="cancel").status_code == 204

        with trattoria.enter():
            left = model.objects.get(pk=fact)
            assert (left.status, left.guest, left.notes) == ("cancelled", {}, "")

    def test_or_it_is_cleared_the_day_after(self, key, trattoria):
        fact = FACTS["booking"](key, trattoria)
        starts_at = datetime.datetime.fromisoformat(key.get(f"bookings/{fact}/").json()["starts_at"])
        day = starts_at.astimezone(trattoria.venue.zone).date() + DAY

        answer = clear(key, "booking", fact, upcoming="erase_after")

        assert (answer.status_code, answer.json()) == (202, {"erase_on": day.isoformat()})
        assert key.get(f"bookings/{fact}/").json()["guest"] == NEMO
        assert carry_out(trattoria, at=timezone.now()) == []
        assert carry_out(trattoria, at=timezone.now() + 3 * DAY) == [True]
        assert key.get(f"bookings/{fact}/").json()["guest"] == {}
        with trattoria.enter():
            assert (Erasure.objects.get().reason, FactErasure.objects.count()) == ("scheduled", 0)

    def test_and_once_more_later_when_the_booking_was_moved(self, key, trattoria):
        fact = FACTS["booking"](key, trattoria)
        clear(key, "booking", fact, upcoming="erase_after")
        key.patch(f"bookings/{fact}/", {"starts_at": soon(days=8)})

        assert carry_out(trattoria, at=timezone.now() + 3 * DAY) == [False]
        assert carry_out(trattoria, at=timezone.now() + 7 * DAY) == []
        assert carry_out(trattoria, at=timezone.now() + 10 * DAY) == [True]

    def test_which_can_be_taken_back(self, key, trattoria):
        fact = FACTS["booking"](key, trattoria)
        clear(key, "booking", fact, upcoming="erase_after")

        assert key.delete(f"privacy/facts/booking/{fact}/erase/").status_code == 204

        assert carry_out(trattoria, at=timezone.now() + 9 * DAY) == []
        with trattoria.enter():
            actions = AuditEntry.objects.filter(object_type="facterasure").order_by("created_at")
            assert list(actions.values_list("action", "after__fact")) == [
                ("erasure_scheduled", fact),
                ("erasure_withdrawn", fact),
            ]

    def test_said_again_it_is_put_off_once(self, key, trattoria):
        fact = FACTS["booking"](key, trattoria)
        for _time in range(2):
            assert clear(key, "booking", fact, upcoming="erase_after").status_code == 202

        with trattoria.enter():
            assert FactErasure.objects.count() == 1
            assert AuditEntry.objects.filter(action="erasure_scheduled").count() == 1

    def test_what_is_settled_is_cleared_at_once(self, key, trattoria):
        fact = FACTS["booking"](key, trattoria)
        key.post(f"bookings/{fact}/status/", {"status": "no_show"})

        assert clear(key, "booking", fact, upcoming="erase_after").status_code == 204

    def test_an_unknown_way_is_bad_input(self, key, trattoria):
        fact = FACTS["booking"](key, trattoria)

        assert_problem(clear(key, "booking", fact, upcoming="tomorrow"), 400, "invalid")

    def test_the_night_goes_through_all_of_them(self, trattoria, bearer, settings, tmp_path, monkeypatch, eager):
        settings.ERASURE_LOG = tmp_path / "erasures.jsonl"
        monkeypatch.setattr(tasks, "ERASED_AT_ONCE", 1)
        key = bearer(trattoria)
        for _time in range(3):
            clear(key, "booking", FACTS["booking"](key, trattoria), upcoming="erase_after")
        with trattoria.enter():
            Booking.objects.update(status="finished")
            FactErasure.objects.update(erase_on=timezone.localdate() - DAY)

        tasks.erase_due.delay()

        with trattoria.enter():
            assert [one.guest for one in Booking.objects.all()] == [{}] * 3


class TestWhatIsTyped:
    @pytest.mark.parametrize(
        ("said", "typed"),
        [
            ("Nemo\nNobody", "Nemo Nobody"),
            ("Nemo \r\n\t Nobody", " nemo   nobody "),
            ("Zo\u0065\u0308", "Zo\u00eb"),
            ("Stra\u00dfe", "STRASSE"),
        ],
    )
    def test_is_compared_as_it_is_read(self, key, trattoria, said, typed):
        fact = key.post("bookings/", booking(trattoria, guest={}, notes=said, starts_at=soon(days=-3))).json()["id"]

        answer = key.post(f"privacy/facts/booking/{fact}/erase/", {"confirm": typed})

        assert answer.status_code == 204, answer.content
