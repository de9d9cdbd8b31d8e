"""The rows of a CSV file, one after the other: a file of a million rows never lies in memory as a whole (R-IO-1)."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from importexport.files import delimiter, limits, refused
from importexport.files.encoding import Encoding
from importexport.files.rows import Row

_SNIFFED_LINES = 1_000


def sniff(path: Path, encoding: Encoding) -> str:
    """The delimiter of the file, stated by a `sep=` line or found from its first rows."""
    with _open(path, encoding) as file:
        lines = list(itertools.islice(file, _SNIFFED_LINES))
    stated = delimiter.declared(lines[0]) if lines else None
    return stated or delimiter.sniff(lines)


def rows(path: Path, encoding: Encoding, sign: str) -> Iterator[Row]:
    """Every row that is not blank; raises `FileBroken` for a quotation mark that is never closed."""
    with _open(path, encoding) as file:
        lines = _Lines(file)
        numbered = enumerate(_parse(lines, sign), start=1)
        for number, cells in numbered:
            if number == 1 and delimiter.declared(lines.current):
                continue
            row = Row(number, cells)
            if not row.is_blank:
                yield row
        lines.check_last_is_closed(sign)


def _open(path: Path, encoding: Encoding) -> TextIO:
    """The text of the file after its byte order mark, with the line ends as they are."""
    file = path.open(encoding=encoding.codec, newline="")
    if file.read(1) != "\ufeff":
        file.seek(0)
    return file


def _parse(lines: _Lines, sign: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=sign)
    while True:
        lines.start_record()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise refused.CellTooLong(line=lines.number) from error
        if cells is None:
            return
        if max(map(len, cells), default=0) > limits.MAX_CELL_CHARACTERS:
            raise refused.CellTooLong(line=lines.number)
        yield cells


class _Lines:
    """The lines of the file; remembers those of the record at hand, to see whether the last one was closed."""

    def __init__(self, file: Iterable[str]) -> None:
        self._file = iter(file)
        self._record: list[str] = []
        self._last: list[str] = []
        self.number = 0

    @property
    def current(self) -> str:
        return "".join(self._record)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._file)
        self.number += 1
        self._record.append(line)
        return line

    def start_record(self) -> None:
        if self._record:
            self._last = self._record
        self._record = []

    def check_last_is_closed(self, sign: str) -> None:
        """The forgiving reader takes the rest of the file for one cell; the strict one says so."""
        last = self._record or self._last
        try:
            list(csv.reader(last, delimiter=sign, strict=True))
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                line = self.number - len(last) + 1
                raise refused.FileBroken(
                    _("A quotation mark opened in line %(line)d is never closed.") % {"line": line}, line=line
                ) from error
