"""An export as a test sees it: asked for at the API, made by the worker's code here, fetched and read."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import python_calamine
from uuid_utils.compat import uuid7

from importexport.exporting import running
from importexport.models import ExportJob
from tests.personas import Bearer, Place


def asked(key: Bearer, **wish: Any) -> str:
    answer = key.post("exports/", {"kind": "contacts", "format": "csv", **wish})
    assert answer.status_code == 202, answer.content
    return str(answer.json()["id"])


def worked(place: Place, pk: str) -> ExportJob:
    """Work like a worker until nothing is left to do."""
    while running.work(place.id, UUID(pk), holder=str(uuid7())):
        pass
    with place.enter():
        job = ExportJob.objects.get(pk=pk)
    assert job.attempt_count == 0, "the worker stumbled; see the log"
    return job


def made(place: Place, key: Bearer, **wish: Any) -> str:
    pk = asked(key, **wish)
    assert worked(place, pk).status == "done"
    return pk


def fetched(key: Bearer, pk: str) -> bytes:
    answer = key.get(f"exports/{pk}/download/")
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def table(key: Bearer, pk: str) -> list[list[str]]:
    """The rows of a CSV file, headings first."""
    text = fetched(key, pk).decode("utf-8-sig")
    delimiter = ";" if '";"' in text.partition("\n")[0] else ","
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def records(key: Bearer, pk: str) -> list[dict[str, str]]:
    headings, *rows = table(key, pk)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def sheet(key: Bearer, pk: str) -> list[list[Any]]:
    """The cells of a workbook, each with its type."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(fetched(key, pk)))
    return list(book.get_sheet_by_index(0).to_python())


def emails_of(key: Bearer, pk: str, kind: str) -> list[str]:
    headings, *rows = table(key, pk) if kind == "csv" else sheet(key, pk)
    return [row[headings.index("Email address")] for row in rows]
