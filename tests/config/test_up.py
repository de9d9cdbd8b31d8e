"""`manage.py up`: one command runs everything, and keeps it running whoever dies.

Fast essentials of the runtime; `test_up_nightly` kills each part of it, as root and as an ordinary user.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import state
from tests.config import installations
from tests.config.installations import Installation

# The bars in seconds are held by the nightly tests, on a machine that does nothing else.
PATIENCE = 30.0
# One process each: enough for what is not about their number, which `running` leaves at its default.
SMALL = {"WEB_WORKERS": "1", "WORKER_PROCESSES": "1"}


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    with installations.fresh() as installation:
        installation.start()
        yield installation


def test_the_state_folder_is_closed_to_everybody_else(running):
    files = [running.home / state.CONNECTION_FILE, running.home / state.INSTALLATION_FILE]

    assert running.home.stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]


def test_database_worker_and_broker_answer_after_the_start(running):
    assert running.answers_within(PATIENCE, "/readyz")
    assert set(running.children()) == set(installations.KINDS)


def test_servers_never_run_as_root(running):
    owners = {kind: Path(f"/proc/{running.children()[kind]}").stat().st_uid for kind in ("postgres", "broker")}

    assert 0 not in owners.values()


def test_no_password_is_on_a_command_line(running):
    secrets = state.read(running.home / state.INSTALLATION_FILE)
    lines = " ".join(installations.alive(installations.descendants(running.process.pid)).values())

    assert [name for name in secrets if name.endswith(("_password", "_key")) and secrets[name] in lines] == []


def test_a_second_start_in_the_same_state_folder_is_refused(running):
    second = running.command("up", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _, complaint = second.communicate(timeout=20)

    assert second.returncode == 1
    assert f"already running in {running.home} (process {running.process.pid})" in complaint.decode()
    assert running.answers_within(1)


def test_a_taken_port_that_was_asked_for_is_an_error_and_is_not_swapped():
    with installations.fresh() as installation, socket.create_server(("127.0.0.1", installation.port)):
        start = installation.command(
            "up", "--port", str(installation.port), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        _, complaint = start.communicate(timeout=20)

        assert start.returncode == 1
        assert complaint.decode() == (
            f"coperto: Port {installation.port} on 127.0.0.1 is already in use. Stop the program that holds it, "
            "or choose another with --port N or PORT=N.\n"
        )


def test_nobody_needs_to_read_what_it_prints():
    with installations.fresh() as installation:
        home = installation.home
        installation.environment |= SMALL
        installation.process = installation.command("up", "--port", str(installation.port), stdout=subprocess.PIPE)
        assert installation.answers_within(installations.START_SECONDS)
        noise = "x" * 4000
        for _ in range(40):  # each refusal is logged: far more than a pipe holds
            with contextlib.suppress(urllib.error.URLError):
                urllib.request.urlopen(f"{installation.url}/{noise}", timeout=10)

        assert installation.answers_within(5)
        assert installation.stop() == 0
        assert (home / "logs" / "web.log").stat().st_size > 100_000


def test_servers_that_the_environment_names_are_used_and_none_is_started(running):
    given = state.read(running.home / state.CONNECTION_FILE)
    urls = {name: given[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
    with installations.fresh() as installation:
        installation.environment |= SMALL | urls
        installation.start()

        assert installation.answers_within(PATIENCE, "/readyz")
        assert installation.has_children_within({"web", "worker", "beat"}, PATIENCE)
        assert installation.answer_of("doctor")["database"]["reason"].startswith("DATABASE_URL set by the environment")


def test_doctor_says_what_was_chosen_and_why(running):
    findings = running.answer_of("doctor")

    assert findings["running"]["choice"] == "yes"
    assert findings["web"] == {"subject": "web", "choice": running.url, "reason": "it answers", "is_fine": True}
    assert findings["database"]["reason"] == "DATABASE_URL not set: Coperto starts its own"


def test_no_acknowledged_booking_is_lost_when_database_and_web_are_killed(running):
    founded = installations.found(running)

    with installations.Writer(running, founded) as writer:
        for kind in ("postgres", "web"):
            old = running.children()[kind]
            running.kill(kind)
            assert running.restarted_within(kind, old, PATIENCE)
            assert writer.wait_for_more(3, seconds=PATIENCE), running.output

    assert writer.lost() == []


def test_no_child_outlives_a_killed_supervisor_and_the_next_start_is_clean(running):
    family = installations.descendants(running.process.pid)
    running.process.send_signal(signal.SIGKILL)
    running.process.wait()
    deadline = time.monotonic() + 5
    while installations.alive(family) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert installations.alive(family) == {}
    running.start()
    assert running.stop() == 0
