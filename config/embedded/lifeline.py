"""No process of ours outlives the one that started it.

Linux kills a child for us when its parent dies (PR_SET_PDEATHSIG). The kernel forgets the wish on a
change of user, so it is made after setuid; and it only acts on later deaths, so the parent is looked at
once more. Where the kernel has no such call, the guard process (see `guard`) is the lock that holds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def follow(parent: int, death_signal: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process `death_signal` as soon as `parent` dies, also if it has died already."""
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
