"""The stage of a run: the embedded servers, a migrated database, a filled tenant, and the web servers on top."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from config import embedded, state
from config.embedded import Connection, choices, ports, programs

SECRET_KEY = "bench-only-secret-key-0123456789abcdefghijklmnopqrstuvwxyz"
PATIENCE_SECONDS = 30.0
CONNECTION_NOTE = "servers.json"


@contextlib.contextmanager
def servers(home: Path) -> Iterator[Connection]:
    """PostgreSQL and broker, durable as in production; those that `--hold` keeps in `home` when there are any."""
    note = home / CONNECTION_NOTE
    if note.exists():
        yield Connection(**json.loads(note.read_text()))
        return
    with embedded.running(home, is_durable=True) as connection:
        yield connection


def hold(connection: Connection, home: Path) -> None:
    """Keep the servers for other runs with the same `--home`, until this process is interrupted."""
    note = home / CONNECTION_NOTE
    note.write_text(json.dumps(asdict(connection)))
    print(f"holding; measure with: python -m bench --home {home}")
    try:
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    finally:
        note.unlink()
        (home / "filled.json").unlink()


def environment(connection: Connection, home: Path) -> dict[str, str]:
    """What this process and its children are told; the rate limit would measure itself."""
    return {
        **connection.environment(),
        "COPERTO_HOME": str(home),
        "SECRET_KEY": SECRET_KEY,
        "PRIVACY_PEPPER": SECRET_KEY,
        "HEALTH_KEYS": SECRET_KEY,
        "LOG_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore",
        "API_RATE_PER_SECOND": "1000000",
        "API_RATE_BURST": "1000000",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


@contextlib.contextmanager
def granian(given: Mapping[str, str], *, application: str = "", settings: str = "") -> Iterator[int]:
    """The web server exactly as `up` starts it, with another application when one is named; yields its port."""
    port = ports.for_server(None)
    program = programs.web(given, choices.from_environment(), port)
    argv = [*program.argv[:-1], application or program.argv[-1]]
    env = {**program.env, "COPERTO_SUPERVISED": ""} | ({"DJANGO_SETTINGS_MODULE": settings} if settings else {})
    with serving(argv, env, port):
        yield port


@contextlib.contextmanager
def serving(argv: Sequence[str], env: Mapping[str, str], port: int) -> Iterator[None]:
    """Run a web server until the block ends. Raises RuntimeError when it does not answer."""
    process = subprocess.Popen(argv, env=env, cwd=state.PROJECT_ROOT, stdout=subprocess.DEVNULL)
    try:
        _wait_for(process, port)
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _wait_for(process: subprocess.Popen[Any], port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            connection.getresponse()
            return
        time.sleep(0.1)
    raise RuntimeError("the web server did not answer")
