"""The worker reads the file once and lays its rows into the database, each in its chunk (R-IO-2).

In parts of a few thousand rows with a transaction each, so that the lease stays fresh. A worker killed in the middle
leaves rows without `staged_at`: the next one starts afresh.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator

from django.db import connection
from django.utils import timezone

from importexport import folding, health_cells, interpreting, storing
from importexport.files import table
from importexport.files.rows import Row
from importexport.folding import Chunker, Place
from importexport.interpreting import Layout
from importexport.models import LEASES, ImportJob, ImportRow
from tenants import scope
from tenants.scope import Actor

_PART_ROWS = 5_000


def stage(job: ImportJob, *, holder: str, actor: Actor) -> None:
    """Lay all rows of the file. Outside a scope; opens one per part. Raises LeaseLost, FileRefused."""
    tenant_id = job.owner_id

    def keep_lease() -> None:
        with scope.enter(tenant_id, actor):
            LEASES.hold(job.pk, holder)

    with scope.enter(tenant_id, actor):
        LEASES.hold(job.pk, holder)
        ImportRow.objects.filter(job=job).delete()
    chunker, layout = Chunker(), Layout.of(job)
    rows = table.rows(storing.path_of(job), job.shape, while_waiting=keep_lease)
    placed = ((row, chunker.place(row.number, interpreting.keys_of(row.cells, layout))) for row in rows)
    for part in _parts(placed):
        with scope.enter(tenant_id, actor):
            LEASES.hold(job.pk, holder)
            _insert(layout, part)
    with scope.enter(tenant_id, actor):
        _finish(LEASES.held(job.pk, holder), chunker)


def _parts(placed: Iterable[tuple[Row, Place]]) -> Iterator[list[tuple[Row, Place]]]:
    rest = iter(placed)
    while part := list(itertools.islice(rest, _PART_ROWS)):
        yield part


def _insert(layout: Layout, part: list[tuple[Row, Place]]) -> None:
    """All rows of the part in one statement: COPY is refused on a table with a policy."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO importexport_importrow"
            " (tenant_id, job_id, number, chunk, leader_number, cells, outcome, reasons)"
            " SELECT %s, %s, n, c, l, cells::jsonb, '', '[]'"
            " FROM unnest(%s::int[], %s::int[], %s::int[], %s::text[]) AS new (n, c, l, cells)",
            [
                scope.tenant_id(),
                layout.job_id,
                [row.number for row, _place in part],
                [place.chunk for _row, place in part],
                [place.leader_number for _row, place in part],
                [json.dumps(_laid(row, layout), ensure_ascii=False) for row, _place in part],
            ],
        )


def _laid(row: Row, layout: Layout) -> list[str]:
    return health_cells.seal(row.cells, layout.sealed, layout.job_id) if layout.sealed else row.cells


def _finish(job: ImportJob, chunker: folding.Chunker) -> None:
    job.staged_at, job.chunk_count, job.next_chunk = timezone.now(), chunker.chunk_count, 0
    job.save(update_fields=["staged_at", "chunk_count", "next_chunk"])
