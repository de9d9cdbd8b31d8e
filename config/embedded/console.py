"""What the supervisor and its children say: prefixed on standard output, and in one file per child.

Nobody may be reading our output: a full pipe must never stop a child, so lines go to the terminal by way of a
bounded queue and are dropped from there (not from the files) when it is full.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import queue
import threading
import time
from pathlib import Path

from config import state
from tenants import terminal

OURS = "coperto"
_WAITING_LINES = 2000
_FILE_BYTES = 5_000_000


class Console:
    """Prints and files lines; safe to call from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = state.prepare(folder)
        self._files: dict[str, logging.Handler] = {}
        self._lock = threading.Lock()
        self._lines: queue.Queue[str] = queue.Queue(_WAITING_LINES)
        threading.Thread(target=self._print, daemon=True).start()

    def say(self, name: str, line: str) -> None:
        """One line of the child `name`. What is meant for the terminal alone is not filed."""
        for part in line.split("\n"):
            self._put(name, part, shown=f"{name:<9}| {part}")

    def show(self, name: str, line: str) -> None:
        """A line of `name` that is to be copied from the terminal: as it is, without the name before it."""
        self._put(name, line, shown=line)

    def close(self) -> None:
        """Give the last lines a moment to be printed."""
        deadline = time.monotonic() + 1
        while not self._lines.empty() and time.monotonic() < deadline:
            time.sleep(0.01)

    def _put(self, name: str, line: str, *, shown: str) -> None:
        if terminal.MARK not in line:
            self._file(name, line)
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(f"{shown}\n".replace(terminal.MARK, ""))

    def _print(self) -> None:
        """Past Python's buffer: its lock, held by a write that blocks, would hold up our own end."""
        while True:
            line = self._lines.get().encode(errors="replace")
            with contextlib.suppress(OSError):  # nobody reads any more: the files still have it
                while line:
                    line = line[os.write(1, line) :]

    def _file(self, name: str, line: str) -> None:
        with self._lock, contextlib.suppress(OSError):
            if name not in self._files:
                self._files[name] = _opened(self._folder / f"{name}.log")
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self._files[name].emit(logging.makeLogRecord({"msg": f"{stamp} {line}"}))


def _opened(path: Path) -> logging.Handler:
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=_FILE_BYTES, backupCount=1, encoding="utf-8")
    path.chmod(0o600)
    return handler
