"""A block that is set or lifted while an order comes in: the order waits, and sees what became of it (R-ORDER-2).

Two sessions of the database with real commits: staff have set the switch and not committed yet when the order comes in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from crm import editing
from crm.channel import Channel
from crm.guest_data import Guest
from crm.models import Contact
from orders import blocking, taking
from orders.availability import OrderingBlocked
from orders.models import OrderKind
from orders.totals import Amounts, Item
from tenants import rows
from tests.crm.guests import take
from tests.personas import Place

FORMER, PRESENT, PHONE = "anna@example.net", "rossi@example.net", "+393331042217"


@pytest.fixture
def anna(commits: None, trattoria: Place) -> Contact:
    """Who had another e-mail once."""
    with trattoria.enter():
        contact = take(trattoria, last_name="Rossi", email=FORMER, phone=PHONE).known_contact
        return editing.edit(contact, {"email": PRESENT}).contact


def order(place: Place, **how: Any) -> str:
    """Take an order that staff enter; whether they are warned."""
    try:
        with place.enter():
            amounts = Amounts((Item("Menu", 1, 1000),), 1000)
            venue = place.venue
            taking.take(
                taking.Draft(
                    venue, OrderKind.TAKEAWAY, Channel.ORDER_PHONE, amounts, venue.currency, snapshot={}, **how
                )
            )
    except OrderingBlocked:
        return "blocked"
    finally:
        connections.close_all()
    return "taken"


def meanwhile(place: Place, act: Callable[[], None], **how: Any) -> str:
    """What becomes of an order that comes in between the act and its commit."""
    with ThreadPoolExecutor(1) as threads:
        with place.enter():
            act()
            coming: Future[str] = threads.submit(order, place, **how)
            _until_it_waits(coming)
        return coming.result(timeout=10)


def _until_it_waits(coming: Future[str]) -> None:
    """Until it is done, for one that waits for nothing."""
    deadline = time.monotonic() + 5
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while not coming.done() and rows.run(waiting) == [(0,)] and time.monotonic() < deadline:
        time.sleep(0.02)


def ways(contact: Contact) -> list[dict[str, Any]]:
    """How an order may be this contact's."""
    return [
        {"guest": Guest(email=PRESENT)},
        {"guest": Guest(email=FORMER)},
        {"contact": contact.pk},
        {"contact": contact.pk, "guest": Guest(first_name="Anna", email=PRESENT)},
    ]


@pytest.mark.parametrize("way", range(4))
def test_an_order_that_comes_in_while_its_guest_is_being_blocked_is_one_of_a_blocked_guest(trattoria, anna, way):
    how = ways(anna)[way]

    assert meanwhile(trattoria, lambda: blocking.block(anna), **how) == "blocked"
    assert order(trattoria, **how) == "blocked"


@pytest.mark.parametrize("way", range(4))
def test_an_order_that_comes_in_while_the_block_is_lifted_is_taken(trattoria, anna, way):
    with trattoria.enter():
        blocking.block(anna)

    assert meanwhile(trattoria, lambda: blocking.lift(anna), **ways(anna)[way]) == "taken"


def test_another_guests_order_does_not_wait(trattoria, anna):
    taken = meanwhile(trattoria, lambda: blocking.block(anna), guest=Guest(email="bruno@example.net"))

    assert taken == "taken"
