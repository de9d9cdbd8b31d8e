"""A whole installation, run as its users run it: a real `manage.py up` in a state folder of its own, on real ports."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import http.client
import itertools
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from config import state
from config.embedded import lifeline, place, ports
from config.embedded.place import Account

KINDS = ("postgres", "broker", "web", "worker", "beat")
START_SECONDS = 60.0


@dataclasses.dataclass
class Installation:
    """One state folder and, while it runs, the supervisor in it."""

    home: Path
    account: Account | None = None
    port: int = dataclasses.field(default_factory=lambda: ports.for_server(None))
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return (self.home.parent / "output").read_text(errors="replace")

    def start(self, *options: str) -> float:
        """Start and wait for the first answer; the seconds until it came."""
        began = time.monotonic()
        with (self.home.parent / "output").open("wb") as output:
            self.process = self.command(
                "up", "--port", str(self.port), *options, stdout=output, stderr=subprocess.STDOUT
            )
        assert self.answers_within(START_SECONDS), self.output
        return time.monotonic() - began

    def command(self, *words: str, **options: Any) -> subprocess.Popen[bytes]:
        """A `manage.py` command with nothing in its environment but the state folder."""
        env = {"PATH": os.environ["PATH"], "COPERTO_HOME": str(self.home), "PYTHONPATH": os.pathsep.join(_packages())}
        env |= self.environment
        who: dict[str, Any] = (
            {"user": self.account.uid, "group": self.account.gid, "extra_groups": []} if self.account else {}
        )
        argv = [str(interpreter(self.account)), str(state.PROJECT_ROOT / "manage.py"), *words]
        ends_with_us = functools.partial(lifeline.follow, os.getpid(), signal.SIGTERM)
        return subprocess.Popen(
            argv,
            env=env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            preexec_fn=ends_with_us,  # noqa: PLW1509
            **who,
            **options,
        )

    def answer_of(self, *words: str) -> dict[str, Any]:
        """What a command with `--json` prints."""
        command = self.command(*words, "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        printed, complaints = command.communicate(timeout=60)
        assert command.returncode == 0, complaints.decode()
        answer: dict[str, Any] = json.loads(printed)
        return answer

    def answers_within(self, seconds: float, path: str = "/healthz") -> bool:
        """Whether a request is answered well before the time is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}{path}", timeout=5):
                return True
            if self.process and self.process.poll() is not None:
                return False
            time.sleep(0.05)
        return False

    def children(self) -> dict[str, int]:
        """The process id of each kind of child that runs now."""
        assert self.process
        lines = {pid: _command_line(pid) for pid in _children(self.process.pid)}
        return {kind: pid for kind in KINDS for pid, line in lines.items() if _is(kind, line)}

    def has_children_within(self, kinds: set[str], seconds: float) -> bool:
        """Whether exactly these run, at the latest after so many seconds: the web server answers before all have started."""
        deadline = time.monotonic() + seconds
        while set(self.children()) != kinds and time.monotonic() < deadline:
            time.sleep(0.1)
        return set(self.children()) == kinds

    def kill(self, kind: str) -> None:
        """`kill -9` one child."""
        os.kill(self.children()[kind], signal.SIGKILL)

    def restarted_within(self, kind: str, old: int, seconds: float) -> bool:
        """Whether a new child of the kind has taken the old one's place."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.children().get(kind, old) != old:
                return True
            time.sleep(0.05)
        return False

    def stop(self) -> int:
        """Stop in good order; the exit code."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextlib.contextmanager
def fresh(account: Account | None = None) -> Iterator[Installation]:
    """An installation whose state folder does not exist yet; everything of it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="coperto-up-"))
    folder.chmod(0o755)
    if account:
        os.chown(folder, account.uid, account.gid)
    installation = Installation(folder / "state", account)
    try:
        yield installation
    finally:
        if installation.process and installation.process.poll() is None:
            installation.stop()
        _remove_data(installation.home)
        shutil.rmtree(folder, ignore_errors=True)


def ordinary_account() -> Account | None:
    """Somebody who is not root: None when that is who runs the tests."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def interpreter(account: Account | None) -> Path | None:
    """A Python that the account can run: ours, or the system's of the same version with our packages."""
    same = shutil.which(f"python{sys.version_info.major}.{sys.version_info.minor}", path="/usr/local/bin:/usr/bin")
    known = [Path(sys.executable), *([Path(same)] if same else [])]
    return next((python for python in known if place.runs_as(account, python)), None)


def descendants(pid: int) -> set[int]:
    """Every process below this one."""
    below = set(_children(pid))
    for child in list(below):
        below |= descendants(child)
    return below


def alive(pids: set[int]) -> dict[int, str]:
    """Which of the processes still run (a zombie does not), with their command lines."""
    return {pid: _command_line(pid) for pid in pids if _stat(pid)[:1] not in ([], ["Z"], ["X"])}


class Writer:
    """Posts bookings without a pause, and remembers those that were acknowledged."""

    def __init__(self, installation: Installation, founded: dict[str, Any]) -> None:
        self._installation, self._founded = installation, founded
        self.acknowledged: dict[str, str] = {}
        self.last_fault: Exception | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self.wait_for_more(5, seconds=30), f"no booking is taken: {self.last_fault}"
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(30)

    def wait_for_more(self, count: int, seconds: float = 10.0) -> bool:
        """Whether so many more bookings were acknowledged in time."""
        wanted, deadline = len(self.acknowledged) + count, time.monotonic() + seconds
        while len(self.acknowledged) < wanted and time.monotonic() < deadline:
            time.sleep(0.02)
        return len(self.acknowledged) >= wanted

    def lost(self) -> list[str]:
        """Acknowledged bookings that are not there, or are not what was sent."""
        return [
            one
            for one, sent in self.acknowledged.items()
            if self._ask("GET", f"bookings/{one}/")["external_id"] != sent
        ]

    def _write(self) -> None:
        for number in itertools.count():
            if self._stopping.is_set():
                return
            sent = f"{id(self)}-{number}"
            try:
                answer = self._ask("POST", "bookings/", self._booking(sent))
            except (OSError, ValueError, http.client.HTTPException) as fault:
                self.last_fault = fault
                time.sleep(0.05)
            else:
                self.acknowledged[answer["id"]] = sent

    def _booking(self, external_id: str) -> dict[str, Any]:
        guest = {"first_name": "Anna", "email": f"anna{external_id}@example.com"}
        return {
            "venue": self._founded["venues"][0]["id"],
            "starts_at": "2031-05-01T20:00:00+02:00",
            "party_size": 2,
            "provider": "test",
            "external_id": external_id,
            "guest": guest,
        }

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self._installation.url}/api/v1/{path}",
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {self._founded['api_key']}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def found(installation: Installation) -> dict[str, Any]:
    """A tenant made from outside, by command: ids and an API key."""
    return installation.answer_of(
        "create_tenant", "--name", "Trattoria", "--country", "IT", "--timezone", "Europe/Rome",
        "--currency", "EUR", "--owner-email", "owner@example.com", "--venue", "Centro",
    )  # fmt: skip


def _packages() -> list[str]:
    return [path for path in sys.path if path.endswith("site-packages")]


def _remove_data(home: Path) -> None:
    known = state.read(home / state.INSTALLATION_FILE).get("place")
    if known and Path(known) != home:
        place.remove(place.Place(Path(known), place.unprivileged()))


def _children(pid: int) -> list[int]:
    """By the parent each process names: the kernel's own list of children may leave some out while others come and go."""
    return [child for child in _processes() if _stat(child)[1:2] == [str(pid)]]


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]


def _command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def _stat(pid: int) -> list[str]:
    """State, parent and so on: what follows the name, which may hold anything."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def _is(kind: str, line: str) -> bool:
    marks = {
        "postgres": "/postgres -D",
        "broker": "-server ",
        "web": " -m granian ",
        "worker": " config.celery worker ",
        "beat": " config.celery beat ",
    }
    return marks[kind] in line
