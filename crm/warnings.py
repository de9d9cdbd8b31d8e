"""What an intake tells the one who sent it, without refusing anything (R-ID-5, R-ID-7; codes in API.md)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class IntakeWarning:
    """`field` names the guest's field (`email`), without the path a door puts before it.

    `tells_of_list` marks what a widget must not hear: it would learn that the guest is known.
    """

    code: str
    field: str
    detail: str | Promise
    suggestion: str | None = None
    tells_of_list: bool = False
