"""The file of an export, made of its parts (R-IO-4).

In a workbook every cell has its type: dates are dates, amounts are amounts, and text, phones among it, stays text whatever
it looks like. CSV has no types: dates are YYYY-MM-DD, cells are parted and amounts written as spreadsheets of the language
expect, every cell is quoted, one that a spreadsheet would run as a formula gets an apostrophe, and the byte order mark tells
that it is UTF-8.
"""

from __future__ import annotations

import csv
import datetime
import os
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from babel.numbers import get_currency_precision
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from importexport.exporting.columns import CellKind, Column
from importexport.files import formulas, limits
from importexport.files.kind import FileKind

Chunks = Iterable[Sequence[Sequence[Any]]]
# What fits into a sheet below its headings.
MOST_ROWS = 1_048_575
_WIDTHS = {CellKind.TEXT: 22, CellKind.DATE: 12, CellKind.COUNT: 10, CellKind.MONEY: 14}


def write(path: Path, kind: FileKind, columns: Sequence[Column], chunks: Chunks) -> None:
    """Make the file, whole or not at all. Whoever makes it holds the export."""
    # Under a name of its own: whoever lost the export cannot put its file in the place of the other's.
    unfinished = path.with_name(f"{path.name}.{uuid7()}")
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    (_write_csv if kind is FileKind.CSV else _write_workbook)(unfinished, columns, chunks)
    unfinished.replace(path)


def _write_csv(path: Path, columns: Sequence[Column], chunks: Chunks) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=_delimiter(), quoting=csv.QUOTE_ALL)
        writer.writerow([formulas.neutral(column.heading) for column in columns])
        for rows in chunks:
            writer.writerows([_text(value, column) for value, column in zip(row, columns, strict=True)] for row in rows)


def _text(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if column.kind is CellKind.MONEY:
        written = str(Decimal(value).scaleb(-get_currency_precision(column.currency)))
        return written if _is_english() else written.replace(".", ",")
    return formulas.neutral(str(value))


def _delimiter() -> str:
    """What spreadsheets of the language in force part cells at."""
    return "," if _is_english() else ";"


def _is_english() -> bool:
    return (get_language() or "en").startswith("en")


def _write_workbook(path: Path, columns: Sequence[Column], chunks: Chunks) -> None:
    """In constant memory, with its temporary files beside it: they hold what the file will hold."""
    options = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = _sheet(book, columns)
        writers = [_writer(sheet, place, book, column) for place, column in enumerate(columns)]
        number = 0
        for rows in chunks:
            for row in rows:
                number += 1
                for write_cell, value in zip(writers, row, strict=True):
                    if value not in (None, ""):
                        write_cell(number, value)


def _sheet(book: xlsxwriter.Workbook, columns: Sequence[Column]) -> Worksheet:
    sheet = book.add_worksheet(_("Contacts"))
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, max(_WIDTHS[column.kind], min(40, len(column.heading) + 2)))
        sheet.write_string(0, place, column.heading, bold)
    return sheet


def _writer(sheet: Worksheet, place: int, book: xlsxwriter.Workbook, column: Column) -> Callable[[int, Any], object]:
    """What puts a value of this column into a row."""
    text, plain = book.add_format({"num_format": "@"}), book.add_format()
    if column.kind is CellKind.DATE:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        return lambda row, value: _write_date(sheet, row, place, value, day, text)
    if column.kind is CellKind.COUNT:
        return lambda row, value: sheet.write_number(row, place, value, plain)
    if column.kind is CellKind.MONEY:
        decimals = get_currency_precision(column.currency)
        money = book.add_format({"num_format": "#,##0" + ("." + "0" * decimals if decimals else "")})
        return lambda row, value: sheet.write_number(row, place, value / 10**decimals, money)
    return lambda row, value: sheet.write_string(row, place, value[: limits.MAX_CELL_CHARACTERS], text)


def _write_date(sheet: Worksheet, row: int, place: int, value: str, day: Format, text: Format) -> None:
    """A birthday without its year is text; so is a day from before spreadsheets count."""
    if value.startswith("--") or value < "1900-03-01":
        sheet.write_string(row, place, value, text)
    else:
        sheet.write_datetime(row, place, datetime.datetime.fromisoformat(value), day)
