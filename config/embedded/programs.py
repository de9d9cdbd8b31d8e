"""The Python programs of an installation: web, worker, beat, and the one-time steps before them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping

from config import state
from config.embedded.choices import Choices
from config.embedded.processes import Program

# Between the last answer and the kill of a web worker that hangs on its way out.
_WEB_KILL_SECONDS = "5"
# Root may run the worker: it takes only JSON from a broker behind a password, on the loopback address.
_CELERY_AS_ROOT = "ignore:You're running the worker with superuser"


def environment(connection: Mapping[str, str], *, as_owner: bool) -> dict[str, str]:
    """The children's environment. Only migrations and set-up get the owner's rights; an empty value takes them away."""
    return {
        **os.environ,
        **connection,
        "DATABASE_OWNER_URL": connection.get("DATABASE_OWNER_URL", "") if as_owner else "",
        "COPERTO_HOME": str(state.home()),
        "COPERTO_SUPERVISED": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
    }


def web(connection: Mapping[str, str], choices: Choices, port: int) -> Program:
    """granian, with a pool of database connections in each of its workers."""
    env = environment(connection, as_owner=False)
    env.setdefault("DATABASE_POOL", "true")
    env.setdefault("DATABASE_POOL_SIZE", str(choices.web_threads))
    argv = [
        "granian", "--interface", "wsgi", "--host", choices.host, "--port", str(port),
        "--workers", str(choices.web_workers), "--blocking-threads", str(choices.web_threads),
        "--respawn-failed-workers", "--workers-kill-timeout", _WEB_KILL_SECONDS, "--no-ws", "config.wsgi:application",
    ]  # fmt: skip
    return _python("web", argv, env)


def worker(connection: Mapping[str, str], choices: Choices) -> Program:
    """The Celery worker. It needs no gossip: there is one, and a quick start matters more."""
    argv = [
        "celery", "--quiet", "-A", "config.celery", "worker", "--loglevel", "INFO", "--concurrency", str(choices.worker_processes),
        "--without-gossip", "--without-mingle", "--hostname", "coperto@localhost",
    ]  # fmt: skip
    return _python("worker", argv, environment(connection, as_owner=False))


def beat(connection: Mapping[str, str]) -> Program:
    """Celery's clock, with its schedule in memory: a file of it could be torn by a kill, and nothing needs it."""
    argv = [
        "celery", "--quiet", "-A", "config.celery", "beat", "--loglevel", "INFO",
        "--scheduler", "celery.beat:Scheduler", "--pidfile=",
    ]  # fmt: skip
    return _python("beat", argv, environment(connection, as_owner=False))


def manage(name: str, connection: Mapping[str, str], *words: str, keeps_stdout: bool = False) -> Program:
    """A management command, with the owner's rights."""
    return _python(
        name, [str(state.PROJECT_ROOT / "manage.py"), *words], environment(connection, as_owner=True), keeps_stdout
    )


def _python(name: str, argv: list[str], env: Mapping[str, str], keeps_stdout: bool = False) -> Program:
    start = [sys.executable] if argv[0].endswith(".py") else [sys.executable, "-W", _CELERY_AS_ROOT, "-m"]
    return Program(
        name=name,
        argv=[*start, *argv],
        env=env,
        folder=state.PROJECT_ROOT,
        stop_signal=signal.SIGTERM,
        keeps_stdout=keeps_stdout,
    )
