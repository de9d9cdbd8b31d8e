"""The servers the tests run on: those named by the environment, else embedded ones that live as long as the run.

Loaded as a pytest plugin before Django reads its settings.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from config import embedded

_open = contextlib.ExitStack()


def _start() -> None:
    home = Path(_open.enter_context(tempfile.TemporaryDirectory(prefix="coperto-tests-")))
    (home / "static").mkdir()
    os.environ["COPERTO_HOME"] = str(home)
    os.environ.setdefault("SECRET_KEY", "tests-only-secret-key-not-for-any-installation-0123456789")
    os.environ.setdefault("PRIVACY_PEPPER", "tests-only-pepper")
    os.environ.setdefault("HEALTH_KEYS", "tests-only-health-key")
    if not os.environ.get("DATABASE_OWNER_URL"):
        connection = _open.enter_context(embedded.running(home))
        os.environ.update(connection.environment())
        os.environ["DATABASE_ADMIN_URL"] = connection.admin_url


def _drop_databases() -> None:
    """What the run created, on a server that outlives it."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as admin:
        names = admin.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)",
            [f"test_{os.environ['COPERTO_TEST_RUN']}_"],
        )
        for (name,) in names.fetchall():
            admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _redis_of_this_process(url: str) -> str:
    """A numbered database of its own, since clearing the cache empties the whole database."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    number = 1 + (int(os.environ["COPERTO_TEST_RUN"]) + worker) % 15
    return urlsplit(url)._replace(path=f"/{number}").geturl()


_leads = "PYTEST_XDIST_WORKER" not in os.environ and "COPERTO_TEST_RUN" not in os.environ
if _leads:
    os.environ["COPERTO_TEST_RUN"] = f"{os.getpid()}"
    _start()
os.environ["REDIS_URL"] = _redis_of_this_process(os.environ["REDIS_URL"])


def pytest_unconfigure(config: pytest.Config) -> None:
    if _leads:
        with contextlib.suppress(psycopg.Error):
            _drop_databases()
    _open.close()
