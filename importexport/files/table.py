"""A list of guests as a table: headings, a sample, and its rows (R-IO-1).

`inspect` reads the file once from end to end, so that a file which breaks in the middle is refused at upload and not
half-way through an import; `rows` reads it again for the run.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from importexport.files import delimited, encoding, kind, limits, refused, workbook
from importexport.files.encoding import Encoding
from importexport.files.kind import FileKind
from importexport.files.rows import Row

SAMPLE_ROWS = 10


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of a file after one reading. `encoding` and `delimiter` are None for a workbook."""

    kind: FileKind
    headings: list[str]
    sample: list[list[str]]
    row_count: int
    encoding: Encoding | None = None
    delimiter: str | None = None


def inspect(path: Path, *, chosen_encoding: Encoding | None = None) -> Table:
    """The table in the file; `chosen_encoding` is what staff corrected it to. Raises `FileRefused`."""
    file_kind = kind.recognize(path)
    if file_kind is FileKind.XLSX:
        return _measure(workbook.rows(path), Table(file_kind, [], [], 0))
    characters = _encoding_of(path, chosen_encoding)
    sign = delimited.sniff(path, characters)
    return _measure(
        delimited.rows(path, characters, sign), Table(file_kind, [], [], 0, encoding=characters, delimiter=sign)
    )


def rows(path: Path, table: Table) -> Iterator[Row]:
    """The rows below the headings, each at least as wide as the headings; cells beyond these are kept."""
    every = _raw_rows(path, table)
    next(every, None)
    width = len(table.headings)
    for row in every:
        yield Row(row.number, fitted(row.cells, width))


def fitted(cells: list[str], width: int) -> list[str]:
    """A short row padded with empty cells, a long one without its empty surplus."""
    cells = cells + [""] * (width - len(cells))
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells


def _raw_rows(path: Path, table: Table) -> Iterator[Row]:
    if table.encoding is None or table.delimiter is None:
        return workbook.rows(path)
    return delimited.rows(path, table.encoding, table.delimiter)


def _encoding_of(path: Path, chosen: Encoding | None) -> Encoding:
    data = path.read_bytes()
    found = chosen or encoding.guess(data)
    encoding.check(data, found)
    return found


def _measure(every: Iterator[Row], table: Table) -> Table:
    head = next(every, None)
    if head is None:
        raise refused.FileEmpty
    headings = _headings(head.cells)
    sample = [fitted(row.cells, len(headings)) for row in itertools.islice(every, SAMPLE_ROWS)]
    if not sample:
        raise refused.NoDataRow
    count = len(sample) + sum(1 for _row in every)
    if count > limits.MAX_ROWS:
        raise refused.TooManyRows(limit=limits.MAX_ROWS)
    return Table(table.kind, headings, sample, count, table.encoding, table.delimiter)


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
