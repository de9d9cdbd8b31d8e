"""The file of refused rows (R-IO-2): the columns of the upload and one more that says why.

It can be corrected and uploaded as it is: the headings are those of the upload, and the column of reasons is not
imported. Cells that a spreadsheet would run as a formula are neutralized in CSV; in a workbook every cell is text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import openpyxl
from django.utils.translation import get_language

from importexport import columns, health_cells
from importexport.files import formulas
from importexport.files.kind import FileKind
from importexport.headings import REASON_HEADINGS
from importexport.models import ImportJob, ImportRow, Outcome
from importexport.reasons import Reason


def build(job: ImportJob, file_kind: FileKind) -> bytes:
    """The refused rows of the last check or run, in the language in force."""
    rows = _rows(job)
    return _as_csv(job, rows) if file_kind is FileKind.CSV else _as_workbook(job, rows)


def _rows(job: ImportJob) -> Iterator[list[str]]:
    refused = ImportRow.objects.filter(job=job, outcome=Outcome.REJECTED, chunk__lt=job.next_chunk)
    for cells, reasons in refused.order_by("number").values_list("cells", "reasons").iterator(chunk_size=2_000):
        why = " ".join(_sentence(Reason.from_json(reason)) for reason in reasons)
        seen = zip(health_cells.shown(cells, job), job.headings, strict=False)
        own = [cell for cell, heading in seen if not columns.is_reason(heading)]
        yield [*own, why]


def _sentence(reason: Reason) -> str:
    return f"{reason.value}: {reason.text}" if reason.value else reason.text


def _own_headings(job: ImportJob) -> list[str]:
    return [heading for heading in job.headings if not columns.is_reason(heading)]


def _headings(job: ImportJob) -> list[str]:
    """A list that came back more than once keeps one column of reasons: the new one."""
    language = (get_language() or "en").partition("-")[0]
    return [*_own_headings(job), REASON_HEADINGS.get(language, REASON_HEADINGS["en"])]


def _as_csv(job: ImportJob, rows: Iterable[list[str]]) -> bytes:
    """In UTF-8 with a byte order mark and the delimiter of the upload, so that it opens like the original."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=job.delimiter or ";")
    writer.writerow(_headings(job))
    writer.writerows([formulas.neutral(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _as_workbook(job: ImportJob, rows: Iterable[list[str]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (_headings(job), *rows):
        cells = []
        for text in row:
            cell = openpyxl.cell.WriteOnlyCell(sheet, value=text)
            cell.data_type, cell.number_format = "s", "@"
            cells.append(cell)
        sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
