"""The status is derived: made anew from the ledger, it says the same (R-CONSENT-1)."""

from __future__ import annotations

import datetime
from itertools import count

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.celery import app
from consent import erasing, rebuilding, tasks
from consent.models import ConsentStatus
from consent.status import ConsentIrreversible, Event
from tests.consent.people import NOON, PHONE, happen

_numbers = count()


def _rows(address: str) -> list[dict]:
    return list(
        ConsentStatus.objects.filter(address__in=[address, PHONE])
        .order_by("address", "venue", "channel")
        .values("venue", "channel", "address", "status", "pending_since", "changed_at", "source", "number")
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.tuples(st.sampled_from(Event), st.booleans()), max_size=8))
def test_rebuilt_from_the_ledger_the_status_is_the_same(centro, mare, events):
    address = f"guest{next(_numbers)}@example.net"
    for hours, (event, is_here) in enumerate(events):
        venue = centro if is_here else mare
        venue.double_opt_in = hours % 3 == 0
        try:
            happen(event, venue, email=address, phone=PHONE, at=NOON + datetime.timedelta(hours=hours))
        except ConsentIrreversible:
            continue
    kept = _rows(address)

    ConsentStatus.objects.filter(address=address).update(status="none", number=99)
    rebuilding.rebuild([address, PHONE])

    assert _rows(address) == kept


def test_what_has_no_ledger_has_no_status(centro):
    ConsentStatus.objects.create(
        venue=centro, channel="email", address="stray@example.net", status="explicit", changed_at=NOON, source="api"
    )

    rebuilding.rebuild(["stray@example.net"])

    assert not ConsentStatus.objects.exists()


def test_where_all_is_well_nothing_differs_and_nothing_is_written(centro):
    happen(Event.GUEST_BOOKED_TICKED, centro, phone=PHONE)
    before = set(ConsentStatus.objects.values_list("pk", flat=True))

    assert rebuilding.rebuild(["anna@example.net", PHONE]) == []
    assert set(ConsentStatus.objects.values_list("pk", flat=True)) == before


def test_each_difference_is_told_and_repaired(centro):
    happen(Event.UNSUBSCRIBED, centro)
    ConsentStatus.objects.update(status="explicit")

    [difference] = rebuilding.rebuild(["anna@example.net"])

    assert difference.before is not None
    assert difference.after is not None
    assert (difference.before["status"], difference.after["status"]) == ("explicit", "unsubscribed")
    assert ConsentStatus.objects.get().status == "unsubscribed"


def test_a_link_that_was_sent_is_not_sent_again_after_a_repair(centro):
    centro.double_opt_in = True
    happen(Event.SIGNED_UP_TICKED, centro)
    ConsentStatus.objects.update(mailed_for=NOON, status="explicit")
    rebuilding.rebuild(["anna@example.net"])

    assert ConsentStatus.objects.get().mailed_for == NOON


@pytest.fixture
def eager():
    """A worker that hears the bell at once."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


class TestOverAllTenants:
    @pytest.fixture
    def broken(self, trattoria, bistro):
        """A guest of each tenant unsubscribed; at the bistro the status says otherwise. An erased ledger has no status."""
        for place in (trattoria, bistro):
            with place.enter():
                happen(Event.UNSUBSCRIBED, place.venue)
        with bistro.enter():
            ConsentStatus.objects.update(status="explicit")
        with trattoria.enter():
            happen(Event.UNSUBSCRIBED, trattoria.venue, email="erased@example.net")
            erasing.erase([], ["erased@example.net"])

    def test_the_nightly_comparison_logs_and_repairs(self, broken, trattoria, bistro, caplog, eager):
        tasks.compare_with_ledger()

        assert [record.levelname for record in caplog.records if record.name == "consent.rebuilding"] == ["ERROR"]
        assert "anna@" not in caplog.text
        with bistro.enter():
            assert ConsentStatus.objects.get().status == "unsubscribed"
        chunks = [chunk for place in (trattoria, bistro) for chunk in rebuilding.of_tenant(place.id)]
        assert [one for chunk in chunks for one in chunk.differences] == []

    def test_the_command_says_what_was_wrong_and_then_that_nothing_is(self, broken, trattoria, bistro, capsys):
        call_command("rebuild_consents", tenant=trattoria.id)
        with pytest.raises(CommandError, match="1 consents were wrong"):
            call_command("rebuild_consents")
        call_command("rebuild_consents")

        assert [line.split(" in ")[0] for line in capsys.readouterr().out.splitlines() if "addresses" in line] == [
            "1 addresses",
            "2 addresses",
            "2 addresses",
        ]

    def test_a_chunk_after_the_other(self, centro, inside, monkeypatch):
        monkeypatch.setattr(rebuilding, "CHUNK", 2)
        for number in range(5):
            happen(Event.UNSUBSCRIBED, centro, email=f"guest{number}@example.net")

        assert [chunk.address_count for chunk in rebuilding.of_tenant(inside.id)] == [2, 2, 1]
