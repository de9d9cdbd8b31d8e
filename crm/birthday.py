"""Birthdays with or without a year: `1980-02-29` and `--02-29` (R-IO-2, R-CRM-1; source: ours).

Text, since PostgreSQL has no date without a year. A 29 February is kept on 28 February in common years: in its own
month, where the month's list shows it, and a greeting is rather a day early than late.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

FIRST_YEAR: Final = 1900
_A_LEAP_YEAR: Final = 2000
_ISO: Final = re.compile(r"(?:([0-9]{4})|-)-([0-9]{2})-([0-9]{2})")
Code = Literal["birthday_unreadable", "birthday_in_future", "birthday_too_early"]
_MESSAGES: Final[dict[Code, _StrPromise]] = {
    "birthday_unreadable": _("Write the birthday as year-month-day (1980-12-31), or --12-31 without the year."),
    "birthday_in_future": _("A birthday cannot lie in the future."),
    "birthday_too_early": _("A birthday before 1900 is most likely a slip."),
}


class BirthdayError(ValueError):
    """Why a text is no birthday: a stable `code` and a translated message."""

    def __init__(self, code: Code) -> None:
        super().__init__(_MESSAGES[code])
        self.code: Final = code


class Birthday(NamedTuple):
    """A day of the year, and the year when it is known."""

    year: int | None
    month: int
    day: int

    @property
    def iso(self) -> str:
        """The text that is stored and exchanged."""
        return f"{'-' if self.year is None else self.year}-{self.month:02}-{self.day:02}"


def parse_iso(text: str, *, today: date | None = None) -> Birthday:
    """Read `YYYY-MM-DD` or `--MM-DD`; raises BirthdayError. `today` defaults to the server's day."""
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise BirthdayError("birthday_unreadable")
    year, month, day = match.groups()
    return of(int(year) if year else None, int(month), int(day), today=today)


def of(year: int | None, month: int, day: int, *, today: date | None = None) -> Birthday:
    """The birthday of these parts, when there is such a day; raises BirthdayError."""
    try:
        born_on = date(_A_LEAP_YEAR if year is None else year, month, day)
    except ValueError as error:
        raise BirthdayError("birthday_unreadable") from error
    if year is not None and year < FIRST_YEAR:
        raise BirthdayError("birthday_too_early")
    if year is not None and born_on > (today or date.today()):  # noqa: DTZ011
        raise BirthdayError("birthday_in_future")
    return Birthday(year, month, day)


def days_until(birthday: Birthday, today: date) -> int:
    """Days from `today` to the next time the birthday is kept; 0 on the day itself."""
    this_year = _kept_on(birthday, today.year)
    following = this_year if this_year >= today else _kept_on(birthday, today.year + 1)
    return (following - today).days


def _kept_on(birthday: Birthday, year: int) -> date:
    try:
        return date(year, birthday.month, birthday.day)
    except ValueError:
        return date(year, birthday.month, birthday.day - 1)
