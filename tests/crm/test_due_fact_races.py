"""The night that clears a fact, and what happens to the fact meanwhile: locks in one order, and judged by what is (R-PRIV-1)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from bookings.models import Booking
from crm import due_erasures
from crm.models import FactErasure
from tenants import scope
from tests.crm.facts_of_nobody import FACTS, NEMO
from tests.personas import Bearer, Place


@pytest.fixture
def fact(commits: None, trattoria: Place) -> str:
    """A booking of nobody that was cancelled; its day to be cleared is today."""
    key = Bearer.of(trattoria)
    fact: str = FACTS["booking"](key, trattoria)
    assert key.post(f"bookings/{fact}/status/", {"status": "cancelled"}).status_code == 200
    with trattoria.enter():
        FactErasure.objects.create(kind="booking", fact_id=fact, erase_on=timezone.localdate())
    return fact


def work(place: Place) -> list[bool]:
    """The worker's night."""
    try:
        with scope.enter(place.id, scope.WORKER):
            found = due_erasures.due_facts(None, at=timezone.now(), limit=10)
            return [due_erasures.carry_out_fact(one, at=timezone.now()) for one in found]
    finally:
        connection.close()


@contextmanager
def while_night_waits(place: Place, change: str, fact: str) -> Iterator[tuple[Any, Future[list[bool]]]]:
    """Change the booking, and do not commit it before the worker stands before its lock."""
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic("owner"), connections["owner"].cursor() as holder:
            holder.execute(f"UPDATE bookings_booking SET {change} WHERE id = %s", [fact])
            night = threads.submit(work, place)
            _until_somebody_waits(holder)
            yield holder, night
        night.result(timeout=30)


def _until_somebody_waits(holder: Any) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        holder.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        if holder.fetchone()[0]:
            return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_who_clears_the_guest_meanwhile_waits_for_nobody_in_a_circle(trattoria: Place, fact: str) -> None:
    """Clearing locks the fact, and takes out what waits for it at last."""
    with while_night_waits(trattoria, "guest = '{}'", fact) as (clearing, night):
        clearing.execute("DELETE FROM crm_facterasure WHERE fact_id = %s", [fact])

    assert night.result() == [False]


def test_a_booking_that_is_reopened_meanwhile_is_waited_for(trattoria: Place, fact: str) -> None:
    with while_night_waits(trattoria, "status = 'confirmed'", fact) as (_reopening, night):
        pass

    assert night.result() == [False]
    with trattoria.enter():
        assert Booking.objects.get(pk=fact).guest == NEMO
        assert FactErasure.objects.get().erase_on > timezone.localdate()
