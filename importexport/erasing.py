"""What erasing a guest leaves of imports: how many rows there were and what became of them (R-PRIV-1).

Rows are found by their contact and, where they led to nobody, by the guest's addresses in any spelling. Of an import that is
over or runs on rows laid into the database, only the guest's own rows are emptied. A file that still waits would bring the
guest back: it is removed, and its import ends; staff upload the list again without the guest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import known_addresses, named_in_text
from crm.known_addresses import Addresses
from importexport import health_cells, row_ids, storing
from importexport.files import refused, table
from importexport.models import AT_WORK, ImportJob, ImportRow, ImportStatus
from tenants import rows, scope
from tenants.refusal import Refusal

# Why an import ended, beside what is wrong with files.
PERSON_ERASED = "person_erased"
IMPORT, IMPORT_ROW = "import", "import_row"
_WAITING = frozenset({ImportStatus.UPLOADED, ImportStatus.CHECKED, *AT_WORK})


class ImportAtWork(Refusal):
    code = "import_at_work"
    status = 409
    default_message = _("An import that names this guest is being worked on: try again in a moment.")


@dataclass(frozen=True, slots=True)
class Person:
    """Who is named in a row of a file by an e-mail or a phone, as the venue of the import writes them."""

    addresses: Addresses

    def is_named_in(self, cells: Iterable[str], country: str) -> bool:
        return any(named_in_text.addresses_in(cell, country, self.addresses) for cell in cells)


def erase(contact_ids: Sequence[UUID]) -> None:
    """Raises ImportAtWork when a worker holds an import that must end, since waiting for it could wait for ever."""
    person = Person(known_addresses.of(contact_ids))
    touched = _empty_rows(contact_ids, person)
    for job in ImportJob.objects.select_related("venue").order_by("pk"):
        _erase_in(job, person, is_named_in_rows=job.pk in touched)


def _empty_rows(contact_ids: Sequence[UUID], person: Person) -> set[UUID]:
    """Empty the guest's rows, and say of which imports they are."""
    own = [(job, number) for job, number in rows.run(_OWN, scope.tenant_id(), list(contact_ids))]
    if person.addresses.all:
        countries = dict(ImportJob.objects.values_list("pk", "venue__country"))
        found = rows.run(_NAMING, scope.tenant_id(), *named_in_text.traces(person.addresses))
        own += [(job, number) for job, number, cells in found if person.is_named_in(json.loads(cells), countries[job])]
    if own:
        rows.run(_EMPTY, scope.tenant_id(), [job for job, _number in own], [number for _job, number in own])
    return {job for job, _number in own}


def empty_rows(job: ImportJob, numbers: Sequence[int]) -> None:
    """Forget what these rows of an import said."""
    rows.run(_EMPTY, scope.tenant_id(), [job.pk] * len(numbers), list(numbers))


_TABLE = ImportRow._meta.db_table
_OWN = f"SELECT job_id, number FROM {_TABLE} WHERE tenant_id = $1 AND contact_id = ANY($2)"  # noqa: S608 (our own table)
_NAMING = rf"""
    SELECT job_id, number, cells::text FROM {_TABLE}
    WHERE tenant_id = $1 AND contact_id IS NULL AND (
        EXISTS (SELECT FROM unnest($2::text[]) AS trace WHERE strpos(lower(cells::text), trace) > 0)
        OR EXISTS (
            SELECT FROM unnest($3::text[]) AS trace WHERE strpos(regexp_replace(cells::text, '\D', '', 'g'), trace) > 0
        )
    )
"""  # noqa: S608 (our own table)
# As many cells as before, since a run that goes on looks for each in its place.
_EMPTY = f"""
    UPDATE {_TABLE} AS row SET
        cells = (SELECT coalesce(jsonb_agg(''::text), '[]') FROM jsonb_array_elements(row.cells)),
        reasons = (
            SELECT coalesce(jsonb_agg(reason || jsonb_build_object('value', '')), '[]')
            FROM jsonb_array_elements(row.reasons) AS reason
        )
    FROM unnest($2::uuid[], $3::int[]) AS own (job_id, number)
    WHERE row.tenant_id = $1 AND row.job_id = own.job_id AND row.number = own.number
"""  # noqa: S608 (our own table)


def erase_fact(kind: str, fact_id: UUID) -> bool:
    """Forget a list that was not read yet, or one row. Raises ImportAtWork."""
    if kind == IMPORT:
        job = ImportJob.objects.filter(pk=fact_id, staged_at=None).first()
        return job is not None and _forget_list(job)
    row = _row(fact_id) if kind == IMPORT_ROW else None
    return row is not None and _forget_row(row)


def _row(row_id: UUID) -> ImportRow | None:
    first, last = row_ids.jobs_between(row_id)
    found = ImportRow.objects.filter(job__gte=first, job__lte=last, number=row_ids.number_of(row_id))
    row: ImportRow | None = found.select_related("job").first()
    return row


def _forget_list(job: ImportJob) -> bool:
    job = _held(job)
    if job.status in _WAITING:
        _end(job)
    else:
        job.sample = []
        job.save(update_fields=["sample"])
    return True


def _forget_row(row: ImportRow) -> bool:
    """A file that waits would bring it back."""
    job = _held(row.job)
    if job.status in _WAITING and not _runs_on_rows(job):
        _end(job)
        return True
    hidden = health_cells.hide([row.cells], health_cells.places(job))
    job.sample = [cells for cells in job.sample if cells not in (row.cells, *hidden)]
    job.save(update_fields=["sample"])
    empty_rows(job, [row.number])
    storing.forget(job)
    return True


def _runs_on_rows(job: ImportJob) -> bool:
    return job.status == ImportStatus.RUNNING and job.staged_at is not None


def _erase_in(job: ImportJob, person: Person, *, is_named_in_rows: bool) -> None:
    country = job.venue.country
    is_shown = any(person.is_named_in(cells, country) for cells in job.sample)
    runs_on_rows = _runs_on_rows(job)
    if job.status in _WAITING and not runs_on_rows:
        if is_named_in_rows or is_shown or _is_named_in_file(job, person):
            _end(_held(job))
        return
    if is_shown:
        job = _held(job)
        job.sample = [cells for cells in job.sample if not person.is_named_in(cells, country)]
        job.save(update_fields=["sample"])
    if runs_on_rows and is_named_in_rows:
        storing.forget(job)


def _held(job: ImportJob) -> ImportJob:
    """The job, locked. Its worker locks the guests of a chunk after it, and we before: whoever waited could wait for ever."""
    try:
        with transaction.atomic():
            held: ImportJob = ImportJob.objects.select_for_update(nowait=True).get(pk=job.pk)
    except OperationalError as error:
        raise ImportAtWork from error
    return held


def _is_named_in_file(job: ImportJob, person: Person) -> bool:
    try:
        return any(
            person.is_named_in(row.cells, job.venue.country) for row in table.rows(storing.path_of(job), job.shape)
        )
    except refused.FileMissing:
        return False
    except refused.FileRefused:
        # Who cannot read it cannot tell.
        return True


def _end(job: ImportJob) -> None:
    job.status, job.failure, job.finished_at = ImportStatus.CANCELLED, PERSON_ERASED, timezone.now()
    job.lease_holder, job.lease_until, job.sample, job.staged_at = "", None, [], None
    job.save(update_fields=["status", "failure", "finished_at", "lease_holder", "lease_until", "sample", "staged_at"])
    ImportRow.objects.filter(job=job).delete()
    storing.forget(job)
    recording.record(Action.IMPORT_CANCELLED, job, after={"failure": job.failure}, venue_id=job.venue_id)
