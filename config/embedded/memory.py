"""How much of the machine's memory PostgreSQL may use to keep what it has read."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

MEGABYTE = 1024**2
# A guest list of 200,000 with years of history has three gigabytes; a cache of one holds what a day asks for.
LEAST, MOST = 128 * MEGABYTE, 1024 * MEGABYTE
# The web server, the worker and the broker live on the same machine.
SHARE = 8
# Where a container's limit stands: of control groups of version 2, and of version 1.
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def settings() -> dict[str, str]:
    """PostgreSQL's settings: its own cache, and what it may expect the system to keep besides."""
    memory = available()
    own = min(max(memory // SHARE, LEAST), MOST)
    return {"shared_buffers": _megabytes(own), "effective_cache_size": _megabytes(max(memory // 2, own))}


def available(limits: tuple[Path, ...] = LIMITS) -> int:
    """The bytes of memory of this machine, or of the container that limits it."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for limit in limits:
        with contextlib.suppress(OSError, ValueError):  # no such file, or it says "max"
            found.append(int(limit.read_text()))
    return min(found)


def _megabytes(size: int) -> str:
    return f"{size // MEGABYTE}MB"
