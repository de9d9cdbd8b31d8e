"""A list of guests as a table: headings, a sample, and its rows (R-IO-1).

`inspect` reads the file once from end to end, so that a file which breaks in the middle is refused at upload and not
half-way through an import; `rows` reads it again for the run.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext as _

from importexport import columns
from importexport.dates import Evidence, EvidenceJson
from importexport.files import delimited, encoding, kind, limits, refused, workbook
from importexport.files.encoding import Encoding
from importexport.files.kind import FileKind
from importexport.files.rows import Row

SAMPLE_ROWS = 10
# Titles and dates of a report stand above its headings.
_HEADING_IS_WITHIN = 10
# Only what starts with a digit can be a date whose order is open; asking first saves half the time of a long file.
_DIGITS = frozenset("0123456789")


def _rest() -> None:
    """Nothing to do while waiting."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What must be known to read the rows of a file again; `heading_row` is 0 when it has no headings."""

    encoding: Encoding | None
    delimiter: str | None
    heading_row: int
    width: int


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of a file after one reading; `dates` says for each column what its dates prove.

    `encoding` and `delimiter` are None for a workbook.
    """

    kind: FileKind
    headings: list[str]
    sample: list[list[str]]
    row_count: int
    dates: list[Evidence]
    heading_row: int
    encoding: Encoding | None = None
    delimiter: str | None = None

    @property
    def shape(self) -> Shape:
        return Shape(self.encoding, self.delimiter, self.heading_row, len(self.headings))

    @property
    def evidence_json(self) -> dict[str, EvidenceJson]:
        return {heading: found.to_json() for heading, found in zip(self.headings, self.dates, strict=True)}


def inspect(path: Path, *, chosen_encoding: Encoding | None = None) -> Table:
    """The table in the file; `chosen_encoding` is what staff corrected it to. Raises `FileRefused`."""
    file_kind = kind.recognize(path)
    if file_kind is FileKind.XLSX:
        return _measure(workbook.rows(path), file_kind)
    characters = _encoding_of(path, chosen_encoding)
    sign = delimited.sniff(path, characters)
    return replace(_measure(delimited.rows(path, characters, sign), file_kind), encoding=characters, delimiter=sign)


def rows(path: Path, shape: Shape, *, while_waiting: Callable[[], None] = _rest) -> Iterator[Row]:
    """The rows below the headings, each at least as wide as these; cells beyond are kept.

    `while_waiting` is called every few seconds while a workbook is being opened, which may take a minute.
    """
    if shape.encoding is None or shape.delimiter is None:
        every = workbook.rows(path, while_waiting=while_waiting)
    else:
        every = delimited.rows(path, shape.encoding, shape.delimiter)
    for row in every:
        if row.number > shape.heading_row:
            yield Row(row.number, fitted(row.cells, shape.width))


def fitted(cells: list[str], width: int) -> list[str]:
    """A short row padded with empty cells, a long one without its empty surplus."""
    cells = cells + [""] * (width - len(cells))
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells


def _encoding_of(path: Path, chosen: Encoding | None) -> Encoding:
    data = path.read_bytes()
    found = chosen or encoding.guess(data)
    encoding.check(data, found)
    return found


def _measure(every: Iterator[Row], file_kind: FileKind) -> Table:
    first = list(itertools.islice(every, _HEADING_IS_WITHIN))
    if not first:
        raise refused.FileEmpty
    place = _heading_place(first)
    heading_row, below = (first[place].number, first[place + 1 :]) if place is not None else (0, first)
    headings = _names(
        _trimmed(first[place].cells) if place is not None else [""] * max(len(row.cells) for row in first)
    )
    table = Table(file_kind, headings, [], 0, [Evidence() for _heading in headings], heading_row)
    count = 0
    for count, row in enumerate(itertools.chain(below, every), start=1):
        if count > limits.MAX_ROWS:
            raise refused.TooManyRows(limit=limits.MAX_ROWS)
        if count <= SAMPLE_ROWS:
            table.sample.append(fitted(row.cells, len(headings)))
        for evidence, cell in zip(table.dates, row.cells, strict=False):
            if cell[:1] in _DIGITS:
                evidence.add(cell)
    if not count:
        raise refused.NoDataRow
    return replace(table, row_count=count)


def _heading_place(first: list[Row]) -> int | None:
    """Which of the first rows holds the headings; None when the file starts with guests.

    The first row, unless it holds an e-mail address; a title above the headings is passed over when a later row has
    more headings that are known, at least two.
    """
    known = [columns.known_count(row.cells) for row in first]
    best = max(range(len(first)), key=lambda place: (known[place], -place))
    if known[best] >= 2 and known[best] > known[0]:
        return best
    return None if not known[0] and any(map(columns.is_address, first[0].cells)) else 0


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _names(cells: list[str]) -> list[str]:
    """The headings without blanks around them; nameless and repeated ones get a name of their own."""
    if len(cells) > limits.MAX_COLUMNS:
        raise refused.TooManyColumns(limit=limits.MAX_COLUMNS)
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = " ".join(cell.split()) or _("Column %(number)d") % {"number": place}
        names.append(_unused(name, names))
    return names


def _unused(name: str, taken: list[str]) -> str:
    if name not in taken:
        return name
    return next(again for number in itertools.count(2) if (again := f"{name} ({number})") not in taken)
