"""The second lock on orphans: a small process that outlives the supervisor by a moment and ends its children.

It reads lines from the supervisor: `+ <process group> <signal>` when a child starts, `- <process group>`
when it has been reaped. The pipe closes when the supervisor is gone, however it went; then every group still
listed gets its signal, and SIGKILL when it has not obeyed within three seconds. This also reaches grandchildren
(the workers of the web server, the pool of the task worker), which the kernel's own parent watch does not.
Runs as a script of its own, so it imports nothing of the project.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

PATIENCE_SECONDS = 3.0


def main() -> None:
    """Follow the supervisor's lines until they end, then end what is left."""
    for polite in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(polite, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        _note(groups, line.split())
    for group, number in groups.items():
        _signal(group, number)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _alive(groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in _alive(groups):
        _signal(group, signal.SIGKILL)


def _note(groups: dict[int, int], words: list[str]) -> None:
    if len(words) == 3 and words[0] == "+":
        groups[int(words[1])] = int(words[2])
    elif len(words) == 2 and words[0] == "-":
        groups.pop(int(words[1]), None)


def _alive(groups: Iterable[int]) -> list[int]:
    return [group for group in groups if _signal(group, 0)]


def _signal(group: int, number: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    main()
