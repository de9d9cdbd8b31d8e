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

from importexport.dates import Evidence, EvidenceJson
from importexport.files import delimited, encoding, kind, limits, refused, workbook
from importexport.files.encoding import Encoding
from importexport.files.kind import FileKind
from importexport.files.rows import Row

SAMPLE_ROWS = 10
# Only what starts with a digit can be a date whose order is open; asking first saves half the time of a long file.
_DIGITS = frozenset("0123456789")


def _rest() -> None:
    """Nothing to do while waiting."""


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
    encoding: Encoding | None = None
    delimiter: str | None = None

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


def rows(
    path: Path,
    encoding: Encoding | None,
    delimiter: str | None,
    width: int,
    *,
    while_waiting: Callable[[], None] = _rest,
) -> Iterator[Row]:
    """The rows below the headings, each at least `width` cells wide; cells beyond these are kept.

    `while_waiting` is called every few seconds while a workbook is being opened, which may take a minute.
    """
    if encoding is None or delimiter is None:
        every = workbook.rows(path, while_waiting=while_waiting)
    else:
        every = delimited.rows(path, encoding, delimiter)
    next(every, None)
    for row in every:
        yield Row(row.number, fitted(row.cells, width))


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
    head = next(every, None)
    if head is None:
        raise refused.FileEmpty
    headings = _headings(head.cells)
    table = Table(file_kind, headings, [], 0, [Evidence() for _heading in headings])
    count = 0
    for count, row in enumerate(every, start=1):
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


def _headings(cells: list[str]) -> list[str]:
    """The headings without blanks around them; nameless and repeated ones get a name of their own."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]
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
