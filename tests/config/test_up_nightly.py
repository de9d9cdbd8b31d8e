"""`manage.py up` as root and as an ordinary user: start times, and `kill -9` of every part of it.

The bars: an empty state folder to the first answer in 10 s, a second start in 5 s; serving again 10 s after
a kill with no acknowledged write lost; no child alive 5 s after the supervisor's own death.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from config.embedded.place import Account
from tests.config import installations
from tests.config.installations import Installation

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module", params=["as who runs the tests", "as an ordinary user"])
def account(request: pytest.FixtureRequest) -> Account | None:
    if request.param == "as who runs the tests":
        return None
    ordinary = installations.ordinary_account()
    if ordinary is None:
        pytest.skip("the tests run as an ordinary user already")
    if installations.interpreter(ordinary) is None:
        pytest.skip(f"{ordinary.name} can reach no Python of this version")
    return ordinary


@pytest.fixture(scope="module")
def running(account: Account | None) -> Iterator[Installation]:
    with installations.fresh(account) as installation:
        yield installation


def test_the_first_start_takes_at_most_ten_seconds(running, record_property):
    seconds = running.start()
    record_property("first start", seconds)

    assert seconds <= 10


def test_a_second_start_takes_at_most_five_seconds(running, record_property):
    assert running.answers_within(20, "/readyz")
    assert running.stop() == 0

    seconds = running.start()
    record_property("second start", seconds)

    assert seconds <= 5
    assert running.answers_within(20, "/readyz")


@pytest.mark.parametrize("kind", installations.KINDS)
def test_a_killed_part_serves_again_within_ten_seconds_and_nothing_is_lost(running, founded, record_property, kind):
    old = running.children()[kind]
    with installations.Writer(running, founded) as writer:
        began = time.monotonic()
        running.kill(kind)
        assert running.restarted_within(kind, old, 10)
        assert writer.wait_for_more(3, seconds=10)
        assert running.answers_within(10 - (time.monotonic() - began), "/readyz"), running.output
        record_property(kind, time.monotonic() - began)

    assert writer.lost() == []


@pytest.mark.parametrize("kind", ["web", "worker"])
def test_killed_processes_below_a_part_are_replaced_within_ten_seconds(running, founded, kind):
    below = installations.descendants(running.children()[kind])
    with installations.Writer(running, founded) as writer:
        for pid in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert writer.wait_for_more(3, seconds=10)
        assert running.answers_within(10, "/readyz")

    assert writer.lost() == []


def test_parts_killed_together_serve_again_within_ten_seconds(running, founded):
    with installations.Writer(running, founded) as writer:
        old = running.children()
        for kind in installations.KINDS:
            running.kill(kind)
        assert all(running.restarted_within(kind, old[kind], 10) for kind in installations.KINDS)
        assert writer.wait_for_more(3, seconds=10)

    assert writer.lost() == []


def test_a_killed_supervisor_leaves_no_child_and_the_next_start_is_clean(running, founded):
    with installations.Writer(running, founded) as writer:
        family = installations.descendants(running.process.pid)
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
        time.sleep(5)
        assert installations.alive(family) == {}
        assert running.start() <= 10
        assert writer.wait_for_more(3, seconds=10)

    assert writer.lost() == []


@pytest.mark.parametrize("seconds", [0.2, 0.6, 1.0, 1.6, 2.4, 3.4])
def test_a_start_can_be_stopped_at_any_moment(account, seconds):
    with installations.fresh(account) as installation:
        installation.process = installation.command("up", "--port", str(installation.port), stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        family = installations.descendants(installation.process.pid)
        installation.stop()

        assert installations.alive(family) == {}


def test_a_stopped_installation_leaves_no_child(running):
    family = installations.descendants(running.process.pid)

    assert running.stop() == 0
    assert installations.alive(family) == {}


@pytest.fixture(scope="module")
def founded(running: Installation) -> dict[str, object]:
    return installations.found(running)
