"""The web server that loads beside the migrations answers nobody before they are through."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from config.embedded import migrating

SOON = 0.2
PATIENCE = 10.0


class Stuck(Exception):
    """A migration that fails."""


def _waiter(home: Path) -> threading.Thread:
    waiter = threading.Thread(target=migrating.wait, args=[home], daemon=True)
    waiter.start()
    return waiter


def test_who_finds_migrations_running_waits_until_they_are_through(tmp_path):
    with migrating.announced(tmp_path):
        waiter = _waiter(tmp_path)
        waiter.join(SOON)
        assert waiter.is_alive()

    waiter.join(PATIENCE)
    assert not waiter.is_alive()


def test_nobody_waits_where_no_migrations_run(tmp_path):
    waiter = _waiter(tmp_path)
    waiter.join(PATIENCE)

    assert not waiter.is_alive()


def test_nobody_serves_after_migrations_that_failed_until_a_start_gets_through(tmp_path):
    with pytest.raises(Stuck), migrating.announced(tmp_path):
        raise Stuck
    waiter = _waiter(tmp_path)
    waiter.join(SOON)
    assert waiter.is_alive()

    with migrating.announced(tmp_path):
        pass
    waiter.join(PATIENCE)
    assert not waiter.is_alive()
