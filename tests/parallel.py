"""Work done at the same moment by several processes, each with its own connection and real commits.

They are forked from one process that has loaded Django and holds no connection: each would take a second to load it.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

import django
from django.conf import settings
from django.db import connections

Answer = TypeVar("Answer")


def together(
    work: Callable[..., Answer], calls: Sequence[tuple[Any, ...]], *, processes: int = 8, timeout: float = 60
) -> list[Answer]:
    """Call `work`, a function of a module under tests/, once per tuple, from so many processes that start together.

    Raises the first exception of any of them; `timeout`, in seconds, is for each.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.loaded"])
    barrier = context.Barrier(processes)
    database = settings.DATABASES["default"]["NAME"]
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_enter, initargs=(database, barrier)) as pool:
        return [future.result(timeout=timeout) for future in [pool.submit(work, *call) for call in calls]]


def _enter(database: str, barrier: Any) -> None:
    django.setup()
    settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = database
    barrier.wait(timeout=60)
