"""Bring up the embedded PostgreSQL and broker of one installation, fresh or after any kind of end."""

from __future__ import annotations

import time
from collections.abc import Callable

from config.embedded import binaries, ports, postgres, processes
from config.embedded import broker as brokers
from config.embedded import place as places
from config.embedded.binaries import NothingToRun
from config.embedded.installation import Installation
from config.embedded.place import Place
from config.embedded.processes import Child, Program

Spawn = Callable[[Program], Child]
Pulse = Callable[[], object]
PATIENCE_SECONDS = 60.0
_PORT_ATTEMPTS = 5


def _nothing() -> None:
    """Whoever waits without a pulse."""


def find_place(installation: Installation) -> Place:
    """The place of this installation's data (see `config.embedded.place`)."""
    place = places.settle(installation.home, installation.identity)
    installation.keep(place=place.folder)
    return place


def start_broker(
    installation: Installation, place: Place, spawn: Spawn, *, is_durable: bool = True, pulse: Pulse = _nothing
) -> brokers.Server:
    """Start the broker and wait until it answers; `pulse` is called while waiting, and may raise."""
    binary = places.reachable_broker(binaries.find_broker(), place)
    for _ in range(_PORT_ATTEMPTS):
        port = ports.for_server(installation.get("broker_port"))
        server = brokers.Server(binary, place, port, installation.secret("broker_password"), is_durable)
        server.create()
        if _came_up(spawn(server.program()), server.answers, port, pulse):
            installation.keep(broker_port=port)
            return server
    raise NothingToRun("The broker found no port that stayed free.")


def start_postgres(
    installation: Installation,
    place: Place,
    spawn: Spawn,
    *,
    is_durable: bool = True,
    may_create_databases: bool = False,
    pulse: Pulse = _nothing,
) -> postgres.Cluster:
    """Make the cluster when there is none, start it, wait until it answers, make roles and database when missing."""
    programs = places.reachable_postgres(binaries.find_postgres(), place)
    passwords = postgres.Passwords(*(installation.secret(f"{role}_password") for role in ("admin", "owner", "app")))
    for _ in range(_PORT_ATTEMPTS):
        port = ports.for_server(installation.get("postgres_port"))
        cluster = postgres.Cluster(programs, place, port, passwords, is_durable)
        _check_data(installation, cluster)
        cluster.create()
        clear(cluster)
        if _came_up(spawn(cluster.program()), cluster.answers, port, pulse):
            installation.keep(postgres_port=port)
            if installation.get("database_made") != installation.identity:
                cluster.prepare(may_create_databases=may_create_databases)
                installation.keep(database_made=installation.identity)
            return cluster
    raise NothingToRun("PostgreSQL found no port that stayed free.")


def clear(cluster: postgres.Cluster) -> None:
    """End what a killed server left busy in the data folder: a new one refuses to start beside it.

    Only called by who holds the installation's lock, so nothing in there can be anybody else's.
    """
    processes.end_holders_of(cluster.data)


def _check_data(installation: Installation, cluster: postgres.Cluster) -> None:
    """An empty database in place of a lost one would look like a fresh start: refuse it."""
    if installation.get("database_made") and not cluster.data.exists():
        raise NothingToRun(
            f"The database of this installation was in {cluster.data}, which is gone. Bring the folder back, or delete the "
            f"state folder {installation.home} to start a new, empty installation."
        )


def _came_up(child: Child, answers: Callable[[], bool], port: int, pulse: Pulse) -> bool:
    """Wait for the first answer. False when somebody else took the port meanwhile."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            if not ports.is_free(port):
                return False
            raise NothingToRun(f"{child.program.name} did not start:\n" + "\n".join(child.last_lines))
        if answers():
            return True
        pulse()
        time.sleep(0.03)
    child.stop(5)
    raise NothingToRun(f"{child.program.name} did not answer within {PATIENCE_SECONDS:.0f} s")
