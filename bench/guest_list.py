"""(b) Search and filtered lists through the API at full size, beside raw SQL without row level security."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench import asks, plans, stage
from bench.asks import Ask
from bench.figures import Bar, Outcome, Table, median, milliseconds, percentile
from bench.plans import Plan
from bench.server import Server
from bench.tenant import Filled
from config.embedded import Connection

PATH = "/api/v1/contacts/"
MOST_SECONDS = {"search": 0.050, "list": 0.100}
# Some raw statements take a second: they are the limit, not what is judged.
RAW_EVERY = 5
TITLES = {"search": "Searching the guest list", "list": "Filtering, sorting and paging the guest list"}


@dataclass(slots=True)
class Timing:
    """How long the answers to one ask took, through the API and by raw SQL, in seconds; how many rows there were."""

    ask: Ask
    plan: Plan
    api: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    rows: int = 0


def run(connection: Connection, given: Mapping[str, str], filled: Filled, *, repetitions: int) -> Outcome:
    """Ask everything in turn, again and again, in a new order each time."""
    explainer = plans.explainer(filled.headers)
    timings = [Timing(ask, explainer.get(PATH, ask.parameters)) for ask in asks.all_asks(filled)]
    dice = random.Random(repetitions)
    with (
        stage.granian(given) as port,
        psycopg.connect(connection.owner_url, autocommit=True, prepare_threshold=None) as owner,
    ):
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        server = Server(port, filled.headers)
        for number in range(repetitions + 1):
            for timing in dice.sample(timings, len(timings)):
                _time(timing, client, server, counts=number > 0)
                if number % RAW_EVERY == 0:
                    _time_raw(timing, owner, filled)
    return _outcome(timings)


def _time(timing: Timing, client: http.client.HTTPConnection, server: Server, *, counts: bool) -> None:
    path = f"{PATH}?{urlencode(timing.ask.parameters)}" if timing.ask.parameters else PATH
    before = time.perf_counter()
    client.request("GET", path, headers=dict(server.headers))
    response = client.getresponse()
    content = response.read()
    taken = time.perf_counter() - before
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status} {content[:300]!r}")
    if counts:
        timing.api.append(taken)


def _time_raw(timing: Timing, owner: Any, filled: Filled) -> None:
    before = time.perf_counter()
    timing.rows = len(owner.execute(asks.statement(timing.ask), [filled.tenant, *timing.ask.values]).fetchall())
    timing.raw.append(time.perf_counter() - before)


def _outcome(timings: list[Timing]) -> Outcome:
    outcome = Outcome()
    for kind, title in TITLES.items():
        own = [timing for timing in timings if timing.ask.kind == kind]
        outcome.tables.append(_table(title, own))
        outcome.bars.append(_worst(kind, own))
    scanned = sorted({f"{table} ({timing.ask.name})" for timing in timings for table in timing.plan.scanned})
    outcome.bars.append(Bar("guest list: big tables read whole", ", ".join(scanned) or "none", "none", not scanned))
    return outcome


def _table(title: str, timings: list[Timing]) -> Table:
    columns = ["asked", "rows", "p50 ms", "p95 ms", "raw SQL p50 ms", "ratio", "queries"]
    table = Table(title, columns)
    for one in timings:
        api, raw = median(one.api), median(one.raw)
        times = [milliseconds(api), milliseconds(percentile(one.api, 0.95)), milliseconds(raw), f"{api / raw:.1f}"]
        rows = "50+" if one.rows > 50 else str(one.rows)
        table.rows.append([one.ask.name, rows, *times, str(len(one.plan.statements))])
    return table


def _worst(kind: str, timings: list[Timing]) -> Bar:
    """The bar holds for each ask by itself: a slow one must not hide among quick ones."""
    worst = max(timings, key=lambda one: percentile(one.api, 0.95))
    p95, limit = percentile(worst.api, 0.95), MOST_SECONDS[kind]
    return Bar(
        f"{kind}: p95 of the slowest, “{worst.ask.name}”",
        f"{milliseconds(p95)} ms",
        f"at most {milliseconds(limit)} ms",
        p95 <= limit,
    )
