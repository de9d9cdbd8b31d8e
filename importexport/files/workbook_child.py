"""Reads one workbook in a process of its own and writes its rows as JSON lines (R-IO-1).

Run as a script by path, without Django: a workbook made to harm then exhausts this process, not the worker. The
limits of memory, output and processor time are set before the file is opened. Exit codes: see `EXIT_*`.
"""

from __future__ import annotations

import datetime
import json
import resource
import sys
from typing import TextIO

import python_calamine

EXIT_BROKEN = 3
EXIT_PASSWORD = 4
EXIT_NO_SHEET = 5
EXIT_MEMORY = 6
EXIT_ROWS = 7
EXIT_COLUMNS = 8
EXIT_CELL = 9

_EXACT_DIGITS = 15


def main(arguments: list[str]) -> int:
    path, memory, output, seconds, max_rows, max_columns, max_cell = arguments[0], *map(int, arguments[1:])
    for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, output), (resource.RLIMIT_CPU, seconds)):
        resource.setrlimit(limit, (value, value))
    try:
        return _write_rows(path, sys.stdout, (max_rows, max_columns, max_cell))
    except MemoryError:
        return EXIT_MEMORY


def _write_rows(path: str, out: TextIO, caps: tuple[int, int, int]) -> int:
    try:
        workbook = python_calamine.load_workbook(path)
        sheet = _first_sheet_with_rows(workbook)
    except python_calamine.PasswordError:
        return EXIT_PASSWORD
    except (python_calamine.CalamineError, OSError, ValueError):
        return EXIT_BROKEN
    if sheet is None:
        return EXIT_NO_SHEET
    return _write_sheet(sheet, out, caps)


def _first_sheet_with_rows(workbook: python_calamine.CalamineWorkbook) -> python_calamine.CalamineSheet | None:
    for place, metadata in enumerate(workbook.sheets_metadata):
        if metadata.visible == python_calamine.SheetVisibleEnum.Visible:
            sheet = workbook.get_sheet_by_index(place)
            if sheet.height:
                return sheet
    return None


def _write_sheet(sheet: python_calamine.CalamineSheet, out: TextIO, caps: tuple[int, int, int]) -> int:
    max_rows, max_columns, max_cell = caps
    written = 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [cell_text(value) for value in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        written += 1
        if written > max_rows + 1:
            return EXIT_ROWS
        if len(cells) > max_columns:
            return EXIT_COLUMNS
        if max(map(len, cells)) > max_cell:
            return EXIT_CELL
        out.write(json.dumps([number, cells], ensure_ascii=False) + "\n")
    out.flush()
    return 0


def cell_text(value: object) -> str:
    """The cell as text, losing nothing: dates as ISO, whole numbers without a fraction."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return value.isoformat()
    return str(value)


def _number_text(value: float) -> str:
    """A whole number of eleven or more digits that ends in five zeros was rounded to `3.93331E+11` by a spreadsheet.

    It is written in that notation again, so that nobody takes it for a phone number (R-ID-4).
    """
    if not value.is_integer() or abs(value) >= 10**_EXACT_DIGITS:
        # Four decimals at least: `12.345` would look like twelve thousand to a reader of Italian numbers.
        text = repr(value)
        return text + "0" * max(0, 4 - len(text.partition(".")[2])) if "." in text and "e" not in text else text
    whole = str(int(value))
    if len(whole) >= 11 and whole.endswith("00000"):
        return f"{value:.5E}"
    return whole


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
