"""Real Celery programs on a test's database and broker, to be killed in the middle of their work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import connections

PROJECT = Path(__file__).parents[1]
Process = subprocess.Popen[bytes]


class Start(Protocol):
    def __call__(self, *words: str) -> Process: ...


@contextmanager
def programs(home: Path) -> Iterator[Start]:
    """Starts Celery programs; kills what is left at the end. Their logs lie in `home`."""
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connections["default"].settings_dict)
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DATABASE_OWNER_URL": "",
        "COPERTO_HOME": str(home),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    started: list[Process] = []

    def start(*words: str) -> Process:
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "config.celery", *words]
        log = (home / f"{words[0]}-{len(started)}.log").open("w")
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        started.append(process)
        return process

    try:
        yield start
    finally:
        for process in started:
            kill(process)


def worker(start: Start) -> Process:
    return start("worker", "--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "WARNING")


def beat(start: Start) -> Process:
    return start("beat", "--scheduler", "celery.beat:Scheduler", "--pidfile=", "--loglevel", "WARNING")


def kill(process: Process) -> None:
    """kill -9, for the program and its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
