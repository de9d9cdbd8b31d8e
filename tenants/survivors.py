"""What must survive a refusal (ARCHITECTURE.md, Tenancy): work that is put off until the request's transaction has ended.

A request that is refused is rolled back. What is to be kept of it all the same, such as the attempt of a blocked guest, is
handed over here within the request, and done afterwards in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Work = Callable[[], None]

_waiting: ContextVar[list[Work] | None] = ContextVar("coperto_survivors", default=None)


@contextmanager
def gathered() -> Iterator[list[Work]]:
    """What is handed over inside; whoever opened it does it when the transaction has ended."""
    work: list[Work] = []
    token = _waiting.set(work)
    try:
        yield work
    finally:
        _waiting.reset(token)


def keep(work: Work) -> None:
    """Do this after the request, whether it is refused or not; at once where nobody gathers."""
    waiting = _waiting.get()
    if waiting is None:
        work()
    else:
        waiting.append(work)
