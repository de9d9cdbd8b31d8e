"""Keep every child running: whoever dies is started again, quickly at first, more slowly when it keeps dying."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from config.embedded.console import OURS
from config.embedded.processes import Child, Guard, Program, Say

FIRST_DELAY, LONGEST_DELAY = 0.1, 5.0
# A child that lived this long was healthy: its next death is a first one again.
HEALTHY_SECONDS = 20.0
STOP_SECONDS = 8.0


class StepFailed(Exception):
    """A one-time step of the start (migrations, demo data) ended badly; the message holds its last lines."""


class Stopped(Exception):
    """Somebody asked us to stop."""


@dataclass
class Service:
    """A program that is to run as long as we do."""

    program: Program
    child: Child
    before_restart: Callable[[], object]
    deaths: int = 0
    due_at: float | None = field(default=None)


class Supervisor:
    """Starts, restarts and stops children, all from the thread it was made in.

    The kernel's parent watch is bound to the thread that started a child, so the main thread does it.
    """

    def __init__(self, say: Say) -> None:
        self.say = say
        self._guard = Guard()
        self._services: dict[str, Service] = {}
        self._loose: list[Child] = []
        self._is_asked_to_stop = False

    def ask_to_stop(self) -> None:
        """The next look at the children ends in `Stopped`.

        A signal's handler calls this. It must not raise itself: it may interrupt anything, and whatever catches
        every exception (a log handler does) would swallow the wish.
        """
        self._is_asked_to_stop = True

    def spawn(self, program: Program) -> Child:
        """Start a child that is not restarted yet (see `keep`)."""
        child = Child(program, self._guard, self.say)
        self._loose.append(child)
        return child

    def keep(self, child: Child, before_restart: Callable[[], object] = lambda: None) -> None:
        """From now on, start the child again when it dies."""
        self._loose.remove(child)
        self._services[child.program.name] = Service(child.program, child, before_restart)

    def keep_last(self, before_restart: Callable[[], object] = lambda: None) -> None:
        """Keep the child that was started last: earlier tries have ended."""
        self.keep(self._loose[-1], before_restart)

    def start(self, program: Program) -> Child:
        """Start a child and keep it running."""
        child = self.spawn(program)
        self.keep(child)
        return child

    def run(self, program: Program, seconds: float) -> list[str]:
        """Run a one-time step and return what it printed, when `keeps_stdout`; the services are kept up meanwhile.

        Raises:
            StepFailed: it ended badly or took too long.
        """
        child = self.spawn(program)
        deadline = time.monotonic() + seconds
        while child.poll() is None and time.monotonic() < deadline:
            self.tick()
            time.sleep(0.05)
        self._loose.remove(child)
        try:
            code = child.wait(0.1)
        except subprocess.TimeoutExpired:
            child.stop(1)
            raise StepFailed(f"{program.name} took longer than {seconds:.0f} s and was stopped.") from None
        if code != 0:
            raise StepFailed(f"{program.name} failed:\n" + "\n".join(child.last_lines))
        return child.stdout

    def tick(self) -> None:
        """Look at every child once; start those again whose time has come.

        Raises:
            Stopped: somebody asked for it.
        """
        if self._is_asked_to_stop:
            raise Stopped
        self._guard.check()
        for service in self._services.values():
            if service.due_at is None and service.child.poll() is not None:
                self._mourn(service)
            if service.due_at is not None and time.monotonic() >= service.due_at:
                self._revive(service)

    def stop(self) -> None:
        """Stop all children in good order: who uses a server goes before the server."""
        for child in self._loose:
            child.stop(1)
        servers = [service.child for name, service in self._services.items() if name in {"postgres", "broker"}]
        users = [service.child for service in self._services.values() if service.child not in servers]
        for group in (users, servers):
            for child in group:
                child.ask_to_stop()
            deadline = time.monotonic() + STOP_SECONDS
            for child in group:
                child.finish(max(0.1, deadline - time.monotonic()))
        self._guard.close()

    def _mourn(self, service: Service) -> None:
        lived = time.monotonic() - service.child.started_at
        service.deaths = 1 if lived >= HEALTHY_SECONDS else service.deaths + 1
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (service.deaths - 1))
        service.due_at = time.monotonic() + delay
        how = service.child.describe_end()
        self.say(OURS, f"{service.program.name} {how}; starting it again in {delay:.1f} s")

    def _revive(self, service: Service) -> None:
        service.due_at = None
        with contextlib.suppress(OSError):
            service.before_restart()
        try:
            service.child = Child(service.program, self._guard, self.say)
        except OSError as error:
            service.due_at = time.monotonic() + LONGEST_DELAY
            self.say(OURS, f"{service.program.name} could not be started: {error}")
