"""What imports hold on people: the rows they came in with, and lists that were uploaded and not read yet (R-PRIV-1, R-PRIV-2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from crm.holdings import Place, Search
from importexport import health_cells, row_ids, storing
from importexport.erasing import IMPORT, IMPORT_ROW
from importexport.files import refused, table
from importexport.models import ImportJob, ImportRow

_JOBS, _ROWS = ImportJob._meta.db_table, ImportRow._meta.db_table


def export(contact_ids: list[UUID]) -> dict[str, Any]:
    """Each row with the headings of its file; cells of allergies for who may read them."""
    found = (
        ImportRow.objects.filter(contact__in=contact_ids).select_related("job").order_by("job__created_at", "number")
    )
    return {
        "imported_rows": [
            {
                "file": row.job.file_name,
                "uploaded_at": row.job.created_at,
                "row": row.number,
                "cells": dict(zip(row.job.headings, health_cells.shown(row.cells, row.job), strict=False)),
            }
            for row in found
        ]
    }


def _naming(search: Search) -> Collection[UUID]:
    unread = ImportJob.objects.filter(staged_at=None)
    return [job.pk for job in unread if any(search.needle.is_in(" ~ ".join(cells)) for cells in _read(job, search))]


def _read(job: ImportJob, search: Search) -> Iterator[list[str]]:
    yield from job.sample
    try:
        for row in table.rows(storing.path_of(job), job.shape, while_waiting=search.go_on):
            search.go_on()
            yield row.cells
    except (refused.FileMissing, refused.FileRefused):
        # It was taken in, or went when the import ended; what cannot be read cannot come in either.
        return


# Of a list that was not laid into the database, the sample says who is in it, and the file while it waits.
HOLDINGS = (
    Place(
        IMPORT,
        _JOBS,
        "file_name",
        "created_at",
        contact="NULL::uuid",
        state="status",
        where="staged_at IS NULL",
        read=_naming,
    ),
    Place(
        IMPORT_ROW,
        f"{_ROWS} AS row JOIN (SELECT id AS own_id, created_at FROM {_JOBS}) AS job ON own_id = job_id",  # noqa: S608 (our own tables)
        "(SELECT string_agg(cell, ' ~ ') FROM jsonb_array_elements_text(cells) AS cell WHERE cell NOT LIKE 'sealed:%')",
        "job.created_at",
        id=row_ids.SQL,
        state="number::text",
    ),
)
