"""(a) Taking a booking over HTTP, with a new guest and with a known one, beside the bare peer, in alternating rounds."""

from __future__ import annotations

import datetime
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from bench import people, plans, stage
from bench.crowd import Crowd, Round, crowd
from bench.figures import Bar, Outcome, Table, median, milliseconds, percentile
from bench.plans import Plan
from bench.server import Server
from bench.tenant import Filled
from config.embedded import Connection

PATH = "/api/v1/bookings/"
CLIENTS = 8
LEAST_SHARE = 0.3
MOST_SECONDS = 0.100
PEER_TOKEN = "0123456789abcdef0123456789abcdef01234567"
PEER_DATABASE = "bare"
# More than the quickest server takes in a round.
BODIES_A_SECOND = 2_000


@dataclass(frozen=True, slots=True)
class Effort:
    rounds: int
    seconds: float
    warm_up_seconds: float = 2.0


@dataclass(slots=True)
class Pair:
    """What one kind of guest cost, ours and the peer's, round by round."""

    ours: list[Round] = field(default_factory=list)
    peer: list[Round] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return median([mine.rate / other.rate for mine, other in zip(self.ours, self.peer, strict=True)])


def run(connection: Connection, given: Mapping[str, str], filled: Filled, effort: Effort) -> Outcome:
    """Measure in alternating rounds; the order turns round by round, so that neither side always comes second."""
    ours = {"new": _new_guests(filled), "known": _known_guests(filled)}
    explainer = plans.explainer(filled.headers)
    explained = {kind: explainer.post(PATH, bodies) for kind, bodies in ours.items()}
    with _peer(connection, given, filled) as peer, stage.granian(given) as port, crowd(CLIENTS) as clients:
        us = Server(port, filled.headers)
        for bodies in ours.values():
            _check(clients.post(us, PATH, _take(bodies, effort.warm_up_seconds), effort.warm_up_seconds))
            _check(clients.post(peer, "/guests/", _take(bodies, effort.warm_up_seconds), effort.warm_up_seconds))
        pairs = {kind: Pair() for kind in ours}
        for number in range(effort.rounds):
            for kind, bodies in ours.items():
                _one_round(clients, pairs[kind], bodies, us, peer, effort.seconds, ours_first=number % 2 == 0)
    return _outcome(pairs, explained)


def _one_round(
    clients: Crowd, pair: Pair, bodies: Iterator[str], us: Server, peer: Server, seconds: float, *, ours_first: bool
) -> None:
    for is_ours in (ours_first, not ours_first):
        if is_ours:
            pair.ours.append(_check(clients.post(us, PATH, _take(bodies, seconds), seconds)))
        else:
            pair.peer.append(_check(clients.post(peer, "/guests/", _take(bodies, seconds), seconds)))


def _take(bodies: Iterator[str], seconds: float) -> list[str]:
    return [next(bodies) for _ in range(int(BODIES_A_SECOND * seconds))]


def _check(one: Round) -> Round:
    if one.failures or not one.latencies:
        raise RuntimeError(f"a round failed: {one.failures or 'no answers'}")
    return one


def _outcome(pairs: Mapping[str, Pair], explained: Mapping[str, Plan]) -> Outcome:
    table = Table(
        f"Taking a booking over HTTP, {CLIENTS} clients",
        ["guest", "ours /s", "bare view /s", "ratio", "p50 ms", "p95 ms", "bare p50 ms", "bare p95 ms", "queries"],
    )
    outcome = Outcome([table])
    for kind, pair in pairs.items():
        mine = [latency for one in pair.ours for latency in one.latencies]
        others = [latency for one in pair.peer for latency in one.latencies]
        rates = [f"{median([one.rate for one in rounds]):.0f}" for rounds in (pair.ours, pair.peer)]
        p50, p95 = median(mine), percentile(mine, 0.95)
        queries = str(len(explained[kind].statements))
        peer_figures = [milliseconds(median(others)), milliseconds(percentile(others, 0.95))]
        table.rows.append(
            [kind, *rates, f"{pair.ratio:.2f}", milliseconds(p50), milliseconds(p95), *peer_figures, queries]
        )
        outcome.bars.append(
            Bar(
                f"booking, {kind} guest: share of the bare view's rate",
                f"{pair.ratio:.2f}",
                f"at least {LEAST_SHARE}",
                pair.ratio >= LEAST_SHARE,
            )
        )
        outcome.bars.append(
            Bar(
                f"booking, {kind} guest: p95",
                f"{milliseconds(p95)} ms",
                f"at most {milliseconds(MOST_SECONDS)} ms",
                p95 <= MOST_SECONDS,
            )
        )
    scanned = sorted({f"{table} ({kind} guest)" for kind, plan in explained.items() for table in plan.scanned})
    outcome.bars.append(Bar("booking: big tables read whole", ", ".join(scanned) or "none", "none", not scanned))
    return outcome


def _new_guests(filled: Filled) -> Iterator[str]:
    dice = random.Random(people.SEED)
    number = time.time_ns() // 1_000_000  # an earlier run may have left its guests
    while True:
        number += 1
        first, last = dice.choice(people.FIRST_NAMES), dice.choice(people.SURNAMES)
        phone = f"+39 3{20 + number // 10_000_000 % 80} {number % 10_000_000:07d}"
        yield _body(
            filled, dice, {"first_name": first, "last_name": last, "email": f"new{number}@example.org", "phone": phone}
        )


def _known_guests(filled: Filled) -> Iterator[str]:
    """Guests of the list, as they come again: the same name, keys and phone."""
    dice = random.Random(people.SEED + 1)
    while True:
        guest = dice.choice(filled.known)
        yield _body(filled, dice, guest)


def _body(filled: Filled, dice: random.Random, guest: Mapping[str, str]) -> str:
    day = people.TODAY + datetime.timedelta(days=dice.randint(1, 60))
    return json.dumps(
        {
            "venue": filled.venues[0],
            "kind": "reservation",
            "channel": "web",
            "starts_at": f"{day}T20:00:00+01:00",
            "party_size": dice.randint(1, 8),
            "guest": guest,
        }
    )


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
