"""PostgreSQL and broker for the length of a `with` block: what tests and benchmarks run on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.embedded import place as places
from config.embedded import servers
from config.embedded.installation import Installation
from config.embedded.processes import Child, Guard, Program

LOG_FILE = "servers.log"
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Connection:
    """How to reach the running servers."""

    app_url: str
    owner_url: str
    admin_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        """The variables that point Coperto at these servers."""
        return {
            "DATABASE_URL": self.app_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "REDIS_URL": self.redis_url,
        }


@contextlib.contextmanager
def running(home: Path, *, is_durable: bool = False) -> Iterator[Connection]:
    """Run both servers in the state folder `home`; they end with the block, or with this process.

    The owner role may create databases here (test runners do). Without `is_durable` a crash of the machine
    may lose everything, which is what makes tests quick.
    """
    installation = Installation(home.absolute())
    installation.lock()
    installation.forget("database_made")
    guard = Guard()
    children: list[Child] = []
    with (installation.home / LOG_FILE).open("a", encoding="utf-8", buffering=1) as log:

        def spawn(program: Program) -> Child:
            child = Child(program, guard, lambda name, line: _write(log, name, line))
            children.append(child)
            return child

        places.remove_passing()
        place = servers.find_place(installation)
        if place.account:
            (place.folder / places.PASSING_MARK).touch()
        try:
            broker = servers.start_broker(installation, place, spawn, is_durable=is_durable)
            cluster = servers.start_postgres(
                installation, place, spawn, is_durable=is_durable, may_create_databases=True
            )
            yield Connection(cluster.app_url, cluster.owner_url, cluster.admin_url, broker.url)
        finally:
            for child in reversed(children):
                child.stop(STOP_SECONDS)
            guard.close()
            places.remove(place)


def _write(log: object, name: str, line: str) -> None:
    with contextlib.suppress(ValueError):  # the block has ended and the file is closed
        log.write(f"{name:9}| {line}\n")  # type: ignore[attr-defined]
