"""An uploaded file becomes an import that waits for staff to look at its columns (R-IO-1)."""

from __future__ import annotations

from collections.abc import Iterable

from uuid_utils.compat import uuid7

from audit import recording
from audit.actions import Action
from importexport import columns, health_cells, storing
from importexport.files import table
from importexport.models import ImportJob, ImportMode
from tenants import scope
from tenants.models import Venue


def upload(parts: Iterable[bytes], *, file_name: str, mode: ImportMode, venue: Venue) -> ImportJob:
    """Store the file, read it once from end to end and guess what its columns hold.

    Raises FileRefused for anything that is no readable list of guests, and leaves nothing behind then.
    """
    job_id = uuid7()
    path = storing.store(job_id, parts)
    try:
        found = table.inspect(path)
        job = _job(found, id=job_id, file_name=file_name, mode=mode, venue=venue)
        job.save(force_insert=True)
    except BaseException:
        storing.remove(path)
        raise
    after = {"file_name": job.file_name, "mode": job.mode, "rows": job.row_count}
    recording.record(Action.IMPORT_UPLOADED, job, after=after, venue_id=venue.pk)
    return job


def _job(found: table.Table, **given: object) -> ImportJob:
    actor = scope.actor()
    job = ImportJob(
        **{**given, "file_name": str(given["file_name"])[-255:]},
        file_kind=found.kind.value,
        encoding=found.encoding.value if found.encoding else "",
        delimiter=found.delimiter or "",
        headings=found.headings,
        heading_row=found.heading_row,
        sample=found.sample,
        row_count=found.row_count,
        date_evidence=found.evidence_json,
        mapping=health_cells.permitted(columns.guess(found.headings, found.sample)),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
    )
    job.sample = health_cells.hide(job.sample, health_cells.places(job))
    return job
