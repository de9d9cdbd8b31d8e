"""The servers the tests run on: those named by the environment, else embedded ones that live as long as the run.

Loaded as a pytest plugin before Django reads its settings.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import pytest

from config import embedded

_open = contextlib.ExitStack()


def _start() -> None:
    home = Path(_open.enter_context(tempfile.TemporaryDirectory(prefix="coperto-tests-")))
    os.environ["COPERTO_HOME"] = str(home)
    os.environ.setdefault("SECRET_KEY", "tests-only-secret-key-not-for-any-installation-0123456789")
    if not os.environ.get("DATABASE_OWNER_URL"):
        connection = _open.enter_context(embedded.running(home, durable=False))
        os.environ.update(connection)


if "PYTEST_XDIST_WORKER" not in os.environ and "COPERTO_TEST_RUN" not in os.environ:
    os.environ["COPERTO_TEST_RUN"] = f"{os.getpid()}"
    _start()


def pytest_unconfigure(config: pytest.Config) -> None:
    _open.close()
