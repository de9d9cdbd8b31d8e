"""The sealed cells of imports move to the newest key along with the notes of contacts (R-PRIV-3; crm.resealing).

Whoever hands out a guest's data, takes the refused rows or goes on with a run opens them long after the upload. Rows that
somebody works on are passed over, since waiting for them could wait in a circle.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from crm import sealing
from importexport import health_cells
from importexport.models import ImportJob, ImportRow
from tenants import rows, scope

CHUNK = 2_000


def reseal() -> int:
    """Seal anew the cells of up to CHUNK rows of one import; answer how many rows. Raises sealing.Unreadable."""
    for job, places in _jobs():
        found = rows.run(f"{_OLDER} ORDER BY number LIMIT {CHUNK} FOR UPDATE SKIP LOCKED", *_sought(job, places))
        if found:
            numbers = [number for number, _cells in found]
            resealed = [
                json.dumps(_anew(json.loads(cells), places, job), ensure_ascii=False) for _number, cells in found
            ]
            rows.run(_SEALED, scope.tenant_id(), job.pk, numbers, resealed)
            return len(found)
    return 0


def is_behind() -> bool:
    return any(rows.run(f"{_OLDER} LIMIT 1", *_sought(job, places)) for job, places in _jobs())


def _jobs() -> Iterator[tuple[ImportJob, frozenset[int]]]:
    """The imports with a column of health data, and where it stands."""
    for job in ImportJob.objects.order_by("pk"):
        places = health_cells.places(job)
        if places:
            yield job, places


def _anew(cells: Sequence[str], places: frozenset[int], job: ImportJob) -> list[str]:
    return health_cells.seal(health_cells.unseal(cells, places, job.pk), places, job.pk)


def _sought(job: ImportJob, places: frozenset[int]) -> tuple[Any, ...]:
    return scope.tenant_id(), job.pk, sorted(places), f"{health_cells.MARK}{sealing.newest()}:%"


_TABLE = ImportRow._meta.db_table
_OLDER = f"""
    SELECT number, cells::text FROM {_TABLE}
    WHERE tenant_id = $1 AND job_id = $2 AND EXISTS (
        SELECT FROM unnest($3::int[]) AS place
        WHERE cells->>place LIKE '{health_cells.MARK}%' AND cells->>place NOT LIKE $4
    )
"""  # noqa: S608 (our own table)
_SEALED = f"""
    UPDATE {_TABLE} AS row SET cells = anew.cells::jsonb
    FROM unnest($3::int[], $4::text[]) AS anew (number, cells)
    WHERE row.tenant_id = $1 AND row.job_id = $2 AND row.number = anew.number
"""  # noqa: S608 (our own table)
