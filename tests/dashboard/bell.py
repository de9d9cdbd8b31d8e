"""A worker that comes when the test says so: there is no broker between the doorbell and the worker here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections


def answered_by(task: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Keeps what is rung for with this task; works it off when called."""
    rung: list[dict[str, str]] = []

    def ring(*, kwargs: dict[str, str]) -> None:
        rung.append(kwargs)

    monkeypatch.setattr(task, "apply_async", ring)

    def work() -> None:
        thread = threading.Thread(target=_work_off, args=(task, rung))
        thread.start()
        thread.join()

    return work


def _work_off(task: Any, rung: list[dict[str, str]]) -> None:
    try:
        while rung:
            task.run(**rung.pop(0))
    finally:
        connections.close_all()
