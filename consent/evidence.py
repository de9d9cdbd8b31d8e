"""What proves a consent (R-CONSENT-1): the box and the words beside it, and where the guest's own request came from."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from consent.status import UNTICKED, Event

# The address and the browser of the request being served; set by config.middleware.
request_origin: ContextVar[Mapping[str, str] | None] = ContextVar("consent_request_origin", default=None)

# What says nothing about a box: these are no intakes.
WITHOUT_BOX = frozenset({Event.UNSUBSCRIBED, Event.SUBSCRIBED_WITH_EVIDENCE, Event.GUEST_CONFIRMED, Event.LISTED})
OF_THE_GUEST = frozenset({*UNTICKED, *UNTICKED.values(), Event.GUEST_CONFIRMED})


def of(event: Event, given: Mapping[str, Any], *, was_asked: bool, box: bool | None) -> dict[str, Any]:
    """The evidence to keep of an event, with what its caller has `given`.

    An intake says what became of the box: one that asked nobody is kept as "not_asked".
    """
    evidence = dict(given)
    if event not in WITHOUT_BOX:
        evidence["box"] = _word(event, was_asked=was_asked, box=box)
    if event in OF_THE_GUEST:
        evidence |= request_origin.get() or {}
    return evidence


def _word(event: Event, *, was_asked: bool, box: bool | None) -> str:
    if not was_asked:
        return "ticked" if event in UNTICKED else "not_asked"
    return {True: "ticked", False: "unticked", None: "not_asked"}[box]
