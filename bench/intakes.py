"""(a) Bookings, orders and WiFi logins over HTTP, each with new guests and with known ones, beside the bare peer.

In alternating rounds, so that what the machine does meanwhile falls on both.
"""

from __future__ import annotations

import datetime
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from bench import habits, people, plans, stage
from bench.crowd import Crowd, Round, crowd
from bench.figures import Bar, Outcome, Table, median, milliseconds, percentile
from bench.plans import Plan
from bench.server import Server
from bench.tenant import Filled
from config.embedded import Connection

CLIENTS = 8
LEAST_SHARE = 0.3
MOST_SECONDS = 0.100
PEER_TOKEN = "0123456789abcdef0123456789abcdef01234567"
PEER_DATABASE = "bare"
# More than the quickest server takes in a round.
BODIES_A_SECOND = 2_000
Guest = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Effort:
    rounds: int
    seconds: float
    warm_up_seconds: float


@dataclass(slots=True)
class Case:
    """One kind of intake with one kind of guest; what it cost, ours and the peer's, round by round."""

    intake: str
    guest: str
    path: str
    bodies: Iterator[str]
    plan: Plan = field(default_factory=Plan)
    ours: list[Round] = field(default_factory=list)
    peer: list[Round] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.intake}, {self.guest} guest"

    @property
    def ratio(self) -> float:
        return median([mine.rate / other.rate for mine, other in zip(self.ours, self.peer, strict=True)])


def run(connection: Connection, given: Mapping[str, str], filled: Filled, effort: Effort) -> Outcome:
    """Measure in alternating rounds; the order turns round by round, so that neither side always comes second."""
    cases = list(_cases(filled))
    explainer = plans.explainer(filled.headers)
    for case in cases:
        case.plan = explainer.post(case.path, case.bodies)
    with _peer(connection, given, filled) as peer, stage.granian(given) as port, crowd(CLIENTS) as clients:
        us = Server(port, filled.headers)
        for case in cases:
            _check(clients.post(us, case.path, _take(case, effort.warm_up_seconds), effort.warm_up_seconds))
            _check(clients.post(peer, "/guests/", _take(case, effort.warm_up_seconds), effort.warm_up_seconds))
        for number in range(effort.rounds):
            for case in cases:
                _one_round(clients, case, us, peer, effort.seconds, ours_first=number % 2 == 0)
    return _outcome(cases)


def _one_round(clients: Crowd, case: Case, us: Server, peer: Server, seconds: float, *, ours_first: bool) -> None:
    for is_ours in (ours_first, not ours_first):
        if is_ours:
            case.ours.append(_check(clients.post(us, case.path, _take(case, seconds), seconds)))
        else:
            case.peer.append(_check(clients.post(peer, "/guests/", _take(case, seconds), seconds)))


def _take(case: Case, seconds: float) -> list[str]:
    return [next(case.bodies) for _ in range(int(BODIES_A_SECOND * seconds))]


def _check(one: Round) -> Round:
    if one.failures or not one.latencies:
        raise RuntimeError(f"a round failed: {one.failures or 'no answers'}")
    return one


def _outcome(cases: list[Case]) -> Outcome:
    table = Table(
        f"Intakes over HTTP, {CLIENTS} clients",
        [
            "intake, guest",
            "ours /s",
            "bare view /s",
            "ratio",
            "p50 ms",
            "p95 ms",
            "bare p50 ms",
            "bare p95 ms",
            "queries",
        ],
    )
    outcome = Outcome([table])
    for case in cases:
        mine = [latency for one in case.ours for latency in one.latencies]
        table.rows.append(_row(case, mine))
        outcome.bars += _bars(case, percentile(mine, 0.95))
    scanned = sorted({f"{table} ({case.name})" for case in cases for table in case.plan.scanned})
    outcome.bars.append(Bar("intakes: big tables read whole", ", ".join(scanned) or "none", "none", not scanned))
    return outcome


def _row(case: Case, mine: list[float]) -> list[str]:
    others = [latency for one in case.peer for latency in one.latencies]
    rates = [f"{median([one.rate for one in rounds]):.0f}" for rounds in (case.ours, case.peer)]
    times = [median(mine), percentile(mine, 0.95), median(others), percentile(others, 0.95)]
    queries = str(len(case.plan.statements))
    return [case.name, *rates, f"{case.ratio:.2f}", *(milliseconds(one) for one in times), queries]


def _bars(case: Case, p95: float) -> list[Bar]:
    share = f"{case.name}: share of the bare view's rate"
    slowness = f"{milliseconds(p95)} ms", f"at most {milliseconds(MOST_SECONDS)} ms"
    return [
        Bar(share, f"{case.ratio:.2f}", f"at least {LEAST_SHARE}", case.ratio >= LEAST_SHARE),
        Bar(f"{case.name}: p95", *slowness, p95 <= MOST_SECONDS),
    ]


def _cases(filled: Filled) -> Iterator[Case]:
    guests = {"new": _new_guests(), "known": _known_guests(filled)}
    for intake, (path, facts) in INTAKES.items():
        for kind, own in guests.items():
            yield Case(intake, kind, path, _bodies(filled, facts, own))


def _bodies(filled: Filled, facts: Callable[[random.Random], dict[str, Any]], guests: Iterator[Guest]) -> Iterator[str]:
    dice = random.Random(people.SEED + 2)
    for guest in guests:
        yield json.dumps({"venue": filled.venues[0], "guest": guest, **facts(dice)})


def _new_guests() -> Iterator[Guest]:
    dice = random.Random(people.SEED)
    number = time.time_ns() // 1_000_000  # an earlier run may have left its guests
    while True:
        number += 1
        first, last = dice.choice(people.FIRST_NAMES), dice.choice(people.SURNAMES)
        phone = f"+39 3{20 + number // 10_000_000 % 80} {number % 10_000_000:07d}"
        yield {"first_name": first, "last_name": last, "email": f"new{number}@example.org", "phone": phone}


def _known_guests(filled: Filled) -> Iterator[Guest]:
    """Guests of the list, as they come again: the same name, keys and phone."""
    dice = random.Random(people.SEED + 1)
    while True:
        yield dice.choice(filled.known)


def _booking(dice: random.Random) -> dict[str, Any]:
    day = people.TODAY + datetime.timedelta(days=dice.randint(1, 60))
    about = {"kind": "reservation", "channel": "web", "party_size": dice.randint(1, 8)}
    return {"starts_at": f"{day}T20:00:00+01:00", **about}


def _order(dice: random.Random) -> dict[str, Any]:
    lines = [(one, dice.randint(1, 3)) for one in dice.sample(habits.ITEMS, 3)]
    total = sum(dish.price_minor * quantity for dish, quantity in lines)
    items = [
        {"name": dish.name, "category": dish.category, "quantity": quantity, "unit_price_minor": dish.price_minor}
        for dish, quantity in lines
    ]
    about = {"kind": "takeaway", "channel": "order_web", "currency": "EUR"}
    taxes = [{"name": "IVA 10%", "amount_minor": total // 11, "is_included": True}]
    return {"items": items, "taxes": taxes, "total_minor": total, **about}


def _login(_dice: random.Random) -> dict[str, Any]:
    return {"provider": "unifi"}


INTAKES = {
    "booking": ("/api/v1/bookings/", _booking),
    "order": ("/api/v1/orders/", _order),
    "WiFi login": ("/api/v1/wifi-sessions/", _login),
}


@contextmanager
def _peer(connection: Connection, given: Mapping[str, str], filled: Filled) -> Iterator[Server]:
    url = connection.owner_url.rpartition("/")[0] + f"/{PEER_DATABASE}"
    with psycopg.connect(connection.owner_url, autocommit=True) as owner:
        if not owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [PEER_DATABASE]).fetchone():
            owner.execute(f"CREATE DATABASE {PEER_DATABASE}")
    env = {**given, "BARE_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bench.bare.settings"}
    subprocess.run(
        [sys.executable, "-m", "bench.bare.prepare", str(filled.contacts), PEER_TOKEN],
        env={**os.environ, **env},
        check=True,
    )
    with stage.granian(env, application="bench.bare.wsgi:application", settings="bench.bare.settings") as port:
        yield Server(port, {"Authorization": f"Token {PEER_TOKEN}"})
