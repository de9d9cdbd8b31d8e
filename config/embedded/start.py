"""`manage.py up`: from nothing to a serving installation, in one process that then keeps it running.

No Django in here: the supervisor starts fast, stays small, and survives whatever is wrong with the application.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import importlib.metadata
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config import state, translations
from config.embedded import choices as asked
from config.embedded import greeting, migrating, place, ports, programs, servers
from config.embedded.binaries import NothingToRun
from config.embedded.choices import BadEnvironment, Choices
from config.embedded.console import OURS, Console
from config.embedded.installation import AlreadyRunning, Installation
from config.embedded.processes import Child
from config.embedded.supervisor import StepFailed, Stopped, Supervisor

DEMO_FILE = "demo.json"
MIGRATE_SECONDS, DEMO_SECONDS, WEB_SECONDS = 300.0, 300.0, 60.0
_TICK_SECONDS = 0.1
_FAULTS = (AlreadyRunning, BadEnvironment, NothingToRun, StepFailed, ports.PortTaken)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `up`."""
    parser.add_argument(
        "--demo", action="store_true", help="fill a new installation with demo data and print its logins"
    )
    parser.add_argument(
        "--port", type=int, help="the web server's port; taken means an error (default: PORT, else from 8000 on)"
    )


def main(argv: Sequence[str]) -> int:
    """Parse the options and run until stopped; the exit code."""
    parser = argparse.ArgumentParser(
        prog="manage.py up", description="Run Coperto: database, broker, web, worker, beat."
    )
    add_arguments(parser)
    options = parser.parse_args(argv)
    return run(port=options.port, demo=options.demo)


def run(*, port: int | None, demo: bool) -> int:
    """Run until stopped; the exit code."""
    try:
        choices = asked.from_environment(port)
        installation = Installation(state.home())
        installation.lock()
        if choices.port:
            ports.for_web(choices.port, choices.host)
    except _FAULTS as fault:
        sys.stderr.write(f"{OURS}: {fault}\n")
        return 1
    return _supervise(Startup(installation, choices, demo))


class Startup:
    """The steps of one start, and what they found out."""

    def __init__(self, installation: Installation, choices: Choices, demo: bool) -> None:
        self.installation = installation
        self.choices = choices
        self.wants_demo = demo
        self.console = Console(installation.home / "logs")
        self.supervisor = Supervisor(self.console.say)
        self.connection: dict[str, str] = {
            name: os.environ.get(name) or installation.secret(name.lower(), 48)
            for name in ("SECRET_KEY", "PRIVACY_PEPPER", "HEALTH_KEYS")
        }

    def run(self) -> None:
        """All steps in order.

        Raises:
            NothingToRun, PortTaken, StepFailed: the message says what to do.
        """
        began = time.monotonic()
        self.start_servers()
        port = self.choose_port()
        self.prepare_files()
        with migrating.announced(self.installation.home):
            web = self.start_web(port)
            self.migrate()
        self.supervisor.keep(web)
        self.wait_for_web(web, port)
        self.say(f"{self.url(port)} answers, {time.monotonic() - began:.1f} s after the start")
        # After the first answer: three programs that load at once would all be late.
        self.supervisor.start(programs.worker(self.connection, self.choices))
        self.supervisor.start(programs.beat(self.connection))
        demo = self.demo() if self.wants_demo else self.known_demo()
        for line in greeting.lines(self.url(port), demo):
            self.console.show(OURS, line)

    def say(self, line: str) -> None:
        """A line of our own."""
        self.console.say(OURS, line)

    def start_servers(self) -> None:
        """Start what the environment does not name."""
        self.connection |= _given(self.choices)
        if not (self.choices.embeds_database or self.choices.embeds_broker):
            return
        home = self.installation.home
        where = servers.find_place(self.installation)
        if where.account:
            self.say(f"started as root: the servers run as {where.account.name}, their data lies in {where.folder}")
        for older in place.older_places(where, home):
            self.say(f"data of an earlier installation lies in {older}; delete it when you no longer need it")
        if self.choices.embeds_broker:
            self._start_broker(where)
        if self.choices.embeds_database:
            self._start_postgres(where)

    def choose_port(self) -> int:
        """The web server's port; from here on every command finds the installation."""
        port = ports.for_web(self.choices.port, self.choices.host)
        self.connection["PUBLIC_URL"] = os.environ.get("PUBLIC_URL") or self.url(port)
        state.save(self.connection)
        return port

    def prepare_files(self) -> None:
        """Compile changed translations, and make the folder that static files would be collected in."""
        translations.compile_changed()
        (self.installation.home / "static").mkdir(exist_ok=True)

    def migrate(self) -> None:
        """Bring the database up to date, as its owner; skipped when nothing has changed since the last time."""
        if not self.connection.get("DATABASE_OWNER_URL"):
            self.say("DATABASE_OWNER_URL is not set: migrations are not run; run `manage.py migrate` as the owner")
            return
        wanted = fingerprint()
        if self.choices.embeds_database and self.installation.get("migrated") == wanted:
            return
        self.supervisor.run(
            programs.manage("migrate", self.connection, "migrate", "--no-input", "--skip-checks"), MIGRATE_SECONDS
        )
        self.installation.keep(migrated=wanted)

    def start_web(self, port: int) -> Child:
        """Start the web server; until it is kept, nobody waits long for its end."""
        return self.supervisor.spawn(programs.web(self.connection, self.choices, port))

    def wait_for_web(self, web: Child, port: int) -> None:
        """Wait for the first answer."""
        deadline = time.monotonic() + WEB_SECONDS
        while not answers(self.choices.host, port):
            self.supervisor.tick()
            if time.monotonic() > deadline:
                raise StepFailed("The web server did not answer:\n" + "\n".join(web.last_lines))
            time.sleep(0.05)

    def demo(self) -> dict[str, Any] | None:
        """Make the demo data once; later starts print the same logins again."""
        known = self.known_demo()
        if known:
            return known
        if not _has_demo_command():
            self.say("there is no demo data in this version")
            return None
        self.say("making the demo data ...")
        step = programs.manage("demo", self.connection, "demo", "--json", keeps_stdout=True)
        printed = "\n".join(self.supervisor.run(step, DEMO_SECONDS))
        answer: dict[str, Any] = json.loads(printed)
        state.write(self._demo_file, {"demo": json.dumps(answer)})
        return answer

    def known_demo(self) -> dict[str, Any] | None:
        """The demo's logins as printed when it was made."""
        known = state.read(self._demo_file).get("demo")
        return json.loads(known) if known else None

    def url(self, port: int) -> str:
        """The address to open in a browser on this machine."""
        host = "127.0.0.1" if self.choices.host in {"0.0.0.0", "::"} else self.choices.host  # noqa: S104
        return f"http://{host}:{port}"

    @property
    def _demo_file(self) -> Path:
        return self.installation.home / DEMO_FILE

    def _start_broker(self, where: place.Place) -> None:
        broker = servers.start_broker(self.installation, where, self.supervisor.spawn, pulse=self.supervisor.tick)
        self.supervisor.keep_last()
        self.connection["REDIS_URL"] = broker.url

    def _start_postgres(self, where: place.Place) -> None:
        cluster = servers.start_postgres(self.installation, where, self.supervisor.spawn, pulse=self.supervisor.tick)
        self.supervisor.keep_last(lambda: servers.clear(cluster))
        self.connection |= {"DATABASE_URL": cluster.app_url, "DATABASE_OWNER_URL": cluster.owner_url}


def answers(host: str, port: int) -> bool:
    """Whether anything answers a request on the port."""
    connection = http.client.HTTPConnection("127.0.0.1" if host in {"0.0.0.0", "::"} else host, port, timeout=2)  # noqa: S104
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()


def is_running_at(url: str | None) -> bool:
    """Whether anything answers at the address of an installation."""
    parts = urlsplit(url or "")
    return bool(parts.hostname and parts.port and answers(parts.hostname, parts.port))


def fingerprint() -> str:
    """Changes whenever a migration may have been added: ours by their content, Django's and allauth's by version."""
    digest = hashlib.sha256()
    for path in _migrations():
        digest.update(str(path.relative_to(state.PROJECT_ROOT)).encode())
        digest.update(path.read_bytes())
    digest.update((state.PROJECT_ROOT / "config" / "database.py").read_bytes())
    for package in ("Django", "django-allauth"):
        digest.update(importlib.metadata.version(package).encode())
    return digest.hexdigest()


def _migrations() -> Iterator[Path]:
    return iter(sorted(state.PROJECT_ROOT.glob("*/migrations/*.py")))


def _has_demo_command() -> bool:
    return any(state.PROJECT_ROOT.glob("*/management/commands/demo.py"))


def _given(choices: Choices) -> dict[str, str]:
    given = {
        "DATABASE_URL": choices.database_url,
        "DATABASE_OWNER_URL": choices.owner_url if choices.database_url else "",
        "REDIS_URL": choices.redis_url,
    }
    return {name: value for name, value in given.items() if value}


def _supervise(startup: Startup) -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: startup.supervisor.ask_to_stop())
    try:
        startup.run()
        while True:
            startup.supervisor.tick()
            time.sleep(_TICK_SECONDS)
    except Stopped:
        startup.say("stopping")
        return 0
    except _FAULTS as fault:
        startup.say(str(fault))
        return 1
    finally:
        startup.supervisor.stop()
        startup.console.close()
