"""Dates in the cells of a guest list (R-IO-2: ambiguous dates are asked, not guessed).

ISO dates are read always. Other numeric dates need to be known as day-month, month-day or year first; a column tells
it by itself when one of its dates has a number above 12 in the place of the day. When no date tells, or two dates
contradict one another, staff are asked. Birthdays may lack the year (`--MM-DD`, `17/12`).
"""

from __future__ import annotations

import datetime
import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self, TypedDict

from importexport.reasons import CellError, ReasonCode


class DateFormat(enum.StrEnum):
    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as written; `year` is None for a birthday without one."""

    year: int | None
    month: int
    day: int


_TIME = r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp][Mm])?(?:Z|\s*[+-]\d{2}:?\d{2}| UTC)?)?"
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\.?" + _TIME)
_COMPACT_ISO = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NO_YEAR_ISO = re.compile(r"--(\d{2})-?(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})\.?" + _TIME)
_NO_YEAR = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\.?")
# How exports write "no date"; Outlook the first, MySQL the second.
_EMPTY = frozenset({"", "0/0/00", "0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "-", "--", "n/a", "null"})
# The year Apple and Google write for a birthday without one.
_YEAR_FOR_NONE = 1604
_FIRST_YEAR = 1900
_LEAP_YEAR = 2000
_LONGEST = 40


def is_empty(text: str) -> bool:
    """True for a blank cell and for what exports write when there is no date."""
    return text.strip().lower() in _EMPTY


class EvidenceJson(TypedDict):
    proven: list[str]
    has_open: bool


@dataclass(slots=True)
class Evidence:
    """What the cells of one or more columns say of their date format: gathered cell by cell, then joined."""

    proven: set[DateFormat] = field(default_factory=set)
    has_open: bool = False

    def add(self, cell: str) -> None:
        if len(cell) <= _LONGEST and (numbers := _unordered(cell)):
            self.proven |= _proof(*numbers)
            self.has_open = self.has_open or _differs(numbers)

    def to_json(self) -> EvidenceJson:
        return {"proven": sorted(self.proven), "has_open": self.has_open}

    @classmethod
    def joined(cls, stored: Iterable[EvidenceJson]) -> Self:
        """The evidence of several columns together: a file is written by one program."""
        found = list(stored)
        proven = {DateFormat(name) for one in found for name in one["proven"]}
        return cls(proven, any(one["has_open"] for one in found))

    @property
    def date_format(self) -> DateFormat | None:
        """The one format that is proven, or None."""
        return next(iter(self.proven)) if len(self.proven) == 1 else None

    @property
    def needs_format(self) -> bool:
        """True when a date can be read in two ways and no other tells which, or they contradict one another."""
        return self.has_open and self.date_format is None


def evidence(cells: Iterable[str]) -> Evidence:
    found = Evidence()
    for cell in cells:
        found.add(cell.strip())
    return found


def read_date(text: str, date_format: DateFormat | None, *, today: datetime.date) -> datetime.date:
    """The day in the cell; a year of two digits lies in the past. Raises `CellError`."""
    found = _read(text, date_format, today)
    if found.year is None:
        raise CellError(ReasonCode.DATE_INVALID)
    return datetime.date(found.year, found.month, found.day)


def read_birthday(text: str, date_format: DateFormat | None, *, today: datetime.date) -> str:
    """`YYYY-MM-DD`, or `--MM-DD` without a year. Raises `CellError`; nobody is born in the future."""
    found = _read(text, date_format, today)
    if found.year is None:
        return f"--{found.month:02d}-{found.day:02d}"
    day = datetime.date(found.year, found.month, found.day)
    if day > today:
        raise CellError(ReasonCode.DATE_INVALID)
    return day.isoformat()


def _read(text: str, date_format: DateFormat | None, today: datetime.date) -> PartialDate:
    cell = text.strip()
    if (match := _ISO.fullmatch(cell) or _COMPACT_ISO.fullmatch(cell)) is not None:
        year, month, day = map(int, match.groups())
        return _checked(None if year == _YEAR_FOR_NONE else year, month, day)
    if (match := _NO_YEAR_ISO.fullmatch(cell)) is not None:
        return _checked(None, int(match[1]), int(match[2]))
    numbers = _unordered(cell)
    if numbers is None:
        raise CellError(ReasonCode.DATE_INVALID)
    return _ordered(numbers, date_format, today)


def _unordered(cell: str) -> tuple[str, str, str] | None:
    """The numbers of a date whose order is open; the third is empty when there is no year."""
    if (match := _NUMERIC.fullmatch(cell.strip())) is not None:
        return (match[1], match[2], match[3])
    if (match := _NO_YEAR.fullmatch(cell.strip())) is not None:
        return (match[1], match[2], "")
    return None


def _proof(first: str, second: str, third: str) -> set[DateFormat]:
    if int(first) > 31:
        return {DateFormat.YMD} if len(third) == 2 else set()
    if int(first) > 12 >= int(second):
        return {DateFormat.DMY}
    if int(second) > 12 >= int(first):
        return {DateFormat.MDY}
    return set()


def _differs(numbers: tuple[str, str, str]) -> bool:
    first, second, _third = numbers
    return int(first) <= 12 and int(second) <= 12 and int(first) != int(second)


def _ordered(numbers: tuple[str, str, str], date_format: DateFormat | None, today: datetime.date) -> PartialDate:
    first, second, third = numbers
    if date_format is DateFormat.YMD and len(third) == 2:
        return _checked(_full_year(first, today), int(second), int(third))
    year = _full_year(third, today) if third else None
    order = date_format if date_format in (DateFormat.DMY, DateFormat.MDY) else _own_format(numbers)
    if order is DateFormat.MDY:
        return _checked(year, int(first), int(second))
    return _checked(year, int(second), int(first))


def _own_format(numbers: tuple[str, str, str]) -> DateFormat:
    if _differs(numbers):
        raise CellError(ReasonCode.DATE_AMBIGUOUS)
    proven = _proof(*numbers)
    return proven.pop() if proven else DateFormat.DMY


def _full_year(digits: str, today: datetime.date) -> int:
    if len(digits) == 4:
        return int(digits)
    year = today.year // 100 * 100 + int(digits)
    return year if year <= today.year else year - 100


def _checked(year: int | None, month: int, day: int) -> PartialDate:
    try:
        datetime.date(year or _LEAP_YEAR, month, day)
    except ValueError as error:
        raise CellError(ReasonCode.DATE_INVALID) from error
    if year is not None and year < _FIRST_YEAR:
        raise CellError(ReasonCode.DATE_INVALID)
    return PartialDate(year, month, day)
