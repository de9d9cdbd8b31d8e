"""One child process: started in a group of its own, as the right user, tied to our life, its output prefixed.

A child that dies takes its whole group with it (the workers of a web server, the pool of a task worker),
so that a restart never meets the orphans of the last run.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import guard, lifeline
from config.embedded.place import Account

Say = Callable[[str, str], None]
LAST_LINES = 15


@dataclass(frozen=True)
class Program:
    """What to run and how to end it. `feed` is written to its standard input, which is then closed."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    folder: Path = Path("/")
    account: Account | None = None
    feed: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    keeps_stdout: bool = False


class Guard:
    """Our end of the guard process (see `config.embedded.guard`); it is started again when somebody killed it."""

    def __init__(self) -> None:
        self._groups: dict[int, int] = {}
        self._process = self._start()

    def watch(self, group: int, number: int) -> None:
        """End this process group with the signal when we die."""
        self._groups[group] = number
        self._tell(f"+ {group} {number}")

    def forget(self, group: int) -> None:
        """The group's leader has been reaped: its number may belong to somebody else from now on."""
        if self._groups.pop(group, None) is not None:
            self._tell(f"- {group}")

    def check(self) -> None:
        """Start the guard again when it is gone."""
        if self._process.poll() is not None:
            self._process = self._start()
            for group, number in self._groups.items():
                self._tell(f"+ {group} {number}")

    def close(self) -> None:
        """Let the guard end what is left of its list, and go."""
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(guard.PATIENCE_SECONDS + 2)

    def _tell(self, line: str) -> None:
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.write(f"{line}\n")
                self._process.stdin.flush()

    @staticmethod
    def _start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
            cwd="/",
        )


@dataclass
class Child:
    """A running program."""

    program: Program
    guard: Guard
    say: Say
    started_at: float = 0.0
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    stdout: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._is_ended = False
        self._pumps: list[threading.Thread] = []
        self._process = self._spawn()
        self.started_at = time.monotonic()
        self.guard.watch(self.pid, self.program.death_signal)

    @property
    def pid(self) -> int:
        """The process id, which is its group's id as well."""
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code, or None while it runs. A dead child's group is ended on the way."""
        code = self._process.poll()
        if code is not None:
            self._end_group()
        return code

    def wait(self, seconds: float) -> int:
        """The exit code of a program that ends by itself.

        Raises:
            subprocess.TimeoutExpired: it did not.
        """
        code = self._process.wait(seconds)
        self._end_group()
        for pump in self._pumps:
            pump.join(2)
        return code

    def ask_to_stop(self) -> None:
        """Send the signal on which the program stops in good order."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self.program.stop_signal)

    def stop(self, seconds: float) -> None:
        """Stop in good order, or by force when that takes longer than `seconds`."""
        self.ask_to_stop()
        self.finish(seconds)

    def finish(self, seconds: float) -> None:
        """Wait for a child that was asked to stop, and use force when that takes longer than `seconds`."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.say(self.program.name, f"did not stop within {seconds:.0f} s and was killed")
        self._end_group()
        self._process.wait()

    def describe_end(self) -> str:
        """How the child ended, in words."""
        code = self._process.returncode
        return (
            f"was killed by {signal.Signals(-code).name}"
            if code is not None and code < 0
            else f"ended with code {code}"
        )

    def _spawn(self) -> subprocess.Popen[bytes]:
        account = self.program.account
        process = subprocess.Popen(
            list(self.program.argv),
            stdin=subprocess.PIPE if self.program.feed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if self.program.keeps_stdout else subprocess.STDOUT,
            cwd=self.program.folder,
            env=dict(self.program.env),
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=functools.partial(lifeline.follow, os.getpid(), self.program.death_signal),  # noqa: PLW1509
        )
        self._feed(process)
        self._pump(process)
        return process

    def _feed(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin:
            with contextlib.suppress(OSError):
                process.stdin.write(self.program.feed.encode())
                process.stdin.close()

    def _pump(self, process: subprocess.Popen[bytes]) -> None:
        streams = (
            [(process.stderr, False), (process.stdout, True)]
            if self.program.keeps_stdout
            else [(process.stdout, False)]
        )
        for stream, keep in streams:
            pump = threading.Thread(target=self._follow, args=(stream, keep), daemon=True)
            pump.start()
            self._pumps.append(pump)

    def _follow(self, stream: object, keep: bool) -> None:
        for raw in stream:  # type: ignore[attr-defined]
            line = raw.decode(errors="replace").rstrip()
            if keep:
                self.stdout.append(line)
                continue
            self.last_lines.append(line)
            self.say(self.program.name, line)

    def _end_group(self) -> None:
        """Once only: afterwards the group's number may belong to somebody else."""
        if self._is_ended:
            return
        self._is_ended = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.guard.forget(self.pid)


def holders_of(folder: Path) -> list[int]:
    """Processes that work inside the folder: what a killed PostgreSQL leaves busy (Linux only; else nothing)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if entry.readlink() == folder and int(entry.parent.name) != os.getpid():
                found.append(int(entry.parent.name))
    return found


def end_holders_of(folder: Path, seconds: float = 3.0) -> list[int]:
    """Kill what still works inside the folder and wait until it is gone. Only for a folder that is ours alone."""
    ended = holders_of(folder)
    deadline = time.monotonic() + seconds
    while (left := holders_of(folder)) and time.monotonic() < deadline:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    return ended
