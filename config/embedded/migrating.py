"""The web server loads while the migrations run, and answers nobody before they are through.

A file in the state folder says that they run. The supervisor puts it there before it starts the web server, and takes it away
when the database is up to date. Where nobody announces migrations, nobody waits.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "migrating"
_LOOK_SECONDS = 0.02


@contextmanager
def announced(home: Path) -> Iterator[None]:
    """Nobody gets past `wait` within the block. One that fails lets nobody pass after it either: there is nothing to serve."""
    (home / FILE).touch(0o600)
    yield
    (home / FILE).unlink()


def are_running(home: Path) -> bool:
    """Whether they have been announced."""
    return (home / FILE).exists()


def wait(home: Path) -> None:
    """Until no migrations run."""
    while are_running(home):
        time.sleep(_LOOK_SECONDS)
