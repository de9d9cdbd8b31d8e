"""Who provides the database and the broker, decided once at the start and explained by `manage.py doctor`."""

from __future__ import annotations

import os
from dataclasses import dataclass

ENVIRONMENT = "set by the environment: used as it is, nothing is started"
EMBEDDED = "not set: Coperto starts its own"


class BadEnvironment(Exception):
    """A variable of the environment holds something that cannot be used; the message names it."""


@dataclass(frozen=True)
class Choices:
    """What the environment asks for."""

    database_url: str
    owner_url: str
    redis_url: str
    host: str
    port: int | None
    web_workers: int
    web_threads: int
    worker_processes: int

    @property
    def embeds_database(self) -> bool:
        """Whether the database is ours to run."""
        return not self.database_url

    @property
    def embeds_broker(self) -> bool:
        """Whether the broker is ours to run."""
        return not self.redis_url


def from_environment(port: int | None = None) -> Choices:
    """Read the environment; `port` is the command line's, which goes before PORT.

    Raises:
        BadEnvironment: a number is no number.
    """
    return Choices(
        database_url=os.environ.get("DATABASE_URL", ""),
        owner_url=os.environ.get("DATABASE_OWNER_URL", ""),
        redis_url=os.environ.get("REDIS_URL", ""),
        host=os.environ.get("HOST") or "127.0.0.1",
        port=_port(port if port is not None else _number("PORT")),
        web_workers=_number("WEB_WORKERS") or 2,
        web_threads=_number("WEB_THREADS") or 8,
        worker_processes=_number("WORKER_PROCESSES") or 2,
    )


def _number(name: str) -> int | None:
    given = os.environ.get(name, "").strip()
    if not given:
        return None
    try:
        return int(given)
    except ValueError as error:
        raise BadEnvironment(f"{name} must be a whole number, not {given!r}.") from error


def _port(port: int | None) -> int | None:
    if port is not None and not 1 <= port <= 65535:
        raise BadEnvironment(f"The port must lie between 1 and 65535, not {port}.")
    return port
