"""A crowd of clients: processes of their own with one kept-alive connection each, so that they cost the server nothing
but its answers. As a module (`python -m bench.crowd`) it is one client, which takes its orders as lines of JSON.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.server import Server

MOST_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Round:
    """What a crowd met in one round: requests a second, each latency in seconds, answers that were no success."""

    rate: float
    latencies: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Crowd:
    """So many clients, at work until the block ends."""

    def __init__(self, clients: int) -> None:
        self._clients = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.crowd"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(clients)
        ]

    def post(self, server: Server, path: str, bodies: Sequence[str], seconds: float) -> Round:
        """All clients at once, each through its share of the bodies, for so many seconds."""
        for number, client in enumerate(self._clients):
            order = {
                "port": server.port,
                "path": path,
                "headers": dict(server.headers),
                "bodies": bodies[number :: len(self._clients)],
                "seconds": min(seconds, MOST_SECONDS),
            }
            _send(client, order)
        return _together([_receive(client) for client in self._clients])

    def close(self) -> None:
        for client in self._clients:
            client.communicate()


@contextlib.contextmanager
def crowd(clients: int) -> Iterator[Crowd]:
    gathered = Crowd(clients)
    try:
        yield gathered
    finally:
        gathered.close()


def _send(client: subprocess.Popen[str], order: dict[str, Any]) -> None:
    assert client.stdin
    client.stdin.write(json.dumps(order) + "\n")
    client.stdin.flush()


def _receive(client: subprocess.Popen[str]) -> dict[str, Any]:
    assert client.stdout
    report: dict[str, Any] = json.loads(client.stdout.readline())
    return report


def _together(reports: list[dict[str, Any]]) -> Round:
    return Round(
        rate=sum(len(one["latencies"]) / one["seconds"] for one in reports),
        latencies=[latency for one in reports for latency in one["latencies"]],
        failures=[failure for one in reports for failure in one["failures"]],
    )


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_work(json.loads(line))) + "\n")
        sys.stdout.flush()


def _work(order: dict[str, Any]) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", order["port"], timeout=10)
    headers = {**order["headers"], "Content-Type": "application/json"}
    latencies, failures = [], []
    start = time.perf_counter()
    end = start + order["seconds"]
    for body in order["bodies"]:
        before = time.perf_counter()
        if before >= end:
            break
        connection.request("POST", order["path"], body, headers)
        response = connection.getresponse()
        content = response.read()
        latencies.append(time.perf_counter() - before)
        if response.status >= 300:
            failures.append(f"{response.status} {content[:200]!r}")
    seconds = time.perf_counter() - start
    connection.close()
    return {"latencies": latencies, "failures": failures[:5], "seconds": seconds}


if __name__ == "__main__":
    main()
