"""What imports hold on people: the rows they came in with (R-PRIV-1, R-PRIV-2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crm.holdings import Place
from importexport import health_cells
from importexport.models import ImportJob, ImportRow

# A row has no id of its own: it is found by its import's, which `state` completes with the number of the row.
HOLDINGS = (
    Place(
        "import_row",
        f"{ImportRow._meta.db_table} AS row JOIN (SELECT id AS own_id, created_at FROM {ImportJob._meta.db_table}) AS job "  # noqa: S608 (our own tables)
        "ON own_id = job_id",
        "(SELECT string_agg(cell, ' ~ ') FROM jsonb_array_elements_text(cells) AS cell WHERE cell NOT LIKE 'sealed:%')",
        "job.created_at",
        id="job_id",
        state="number::text",
    ),
)


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
