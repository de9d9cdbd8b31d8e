"""What proves a consent (R-CONSENT-1): the box and the words beside it, and where the guest's own request came from.

Of a request that a server sends for the guest, of a web site, an app or the till, that is not known: its address would be
the server's. So only what the guest's own browser sends has an origin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from consent.status import UNTICKED, Event

_NOWHERE: Mapping[str, str] = {}
_origin: ContextVar[Mapping[str, str]] = ContextVar("consent_origin", default=_NOWHERE)

# What says nothing about a box: these are no intakes.
WITHOUT_BOX = frozenset({Event.UNSUBSCRIBED, Event.SUBSCRIBED_WITH_EVIDENCE, Event.GUEST_CONFIRMED, Event.LISTED})
OF_THE_GUEST = frozenset({*UNTICKED, *UNTICKED.values(), Event.GUEST_CONFIRMED})


@contextmanager
def from_browser(origin: Mapping[str, str]) -> Iterator[None]:
    """While a request is served: the address and the browser of the guest, `{}` when somebody else's computer sent it."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def origin() -> Mapping[str, str]:
    """Where the guest's own request comes from, as far as it is known."""
    return _origin.get()


def of(event: Event, given: Mapping[str, Any], *, was_asked: bool, box: bool | None) -> dict[str, Any]:
    """The evidence to keep of an event, with what its caller has `given`.

    An intake says what became of the box: one that asked nobody is kept as "not_asked".
    """
    evidence = dict(given)
    if event not in WITHOUT_BOX:
        evidence["box"] = _word(event, was_asked=was_asked, box=box)
    if event in OF_THE_GUEST:
        evidence |= origin()
    return evidence


def _word(event: Event, *, was_asked: bool, box: bool | None) -> str:
    if not was_asked:
        return "ticked" if event in UNTICKED else "not_asked"
    return {True: "ticked", False: "unticked", None: "not_asked"}[box]
