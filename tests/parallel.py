"""Work done at the same moment by several processes, each with its own connection and real commits."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

import django
from django.conf import settings

Answer = TypeVar("Answer")


def together(
    work: Callable[..., Answer], calls: Sequence[tuple[Any, ...]], *, processes: int = 8, timeout: float = 60
) -> list[Answer]:
    """Call `work`, a function of a module under tests/, once per tuple, from so many processes that start together.

    Raises the first exception of any of them; `timeout`, in seconds, is for each.
    """
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=_enter, initargs=(_database_url(), barrier)
    ) as pool:
        return [future.result(timeout=timeout) for future in [pool.submit(work, *call) for call in calls]]


def _enter(database_url: str, barrier: Any) -> None:
    os.environ["DATABASE_URL"] = database_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    barrier.wait(timeout=60)


def _database_url() -> str:
    """The app's own connection to this test's database."""
    database = settings.DATABASES["default"]
    place = f"{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
    return f"postgres://{database['USER']}:{database['PASSWORD']}@{place}"
