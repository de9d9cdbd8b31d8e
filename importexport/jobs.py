"""The life of an import, as staff and integrations steer it: correct, check, start, cancel (R-IO-1, R-IO-2).

An import can be checked and started once it is uploaded; after a correction its file is read afresh. It cannot start
without a column for e-mail or phone, nor while nobody has said how its dates are to be read.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from importexport import columns, consenting, health_cells, storing, tasks
from importexport.files import table
from importexport.files.encoding import Encoding
from importexport.files.kind import FileKind
from importexport.models import AT_WORK, ImportJob, ImportStatus
from importexport.running import COUNT_COLUMNS
from tenants import leasing
from tenants.refusal import Refusal

_OPEN = (ImportStatus.UPLOADED, ImportStatus.CHECKED)


class ImportNotOpen(Refusal):
    code = "import_not_open"
    status = 409
    default_message = _("This import is at work or over: upload the file again.")


class MappingIncomplete(Refusal):
    code = "mapping_incomplete"
    status = 409
    default_message = _("Say which column holds the e-mail or the phone.")


class DateFormatNeeded(Refusal):
    code = "date_format_needed"
    status = 409
    default_message = _("The dates of this file can be read in two ways: say whether the day or the month comes first.")


class EvidenceIncomplete(Refusal):
    code = "required"
    status = 400
    default_message = _("Evidence of a consent names its source, its date and the wording the guest agreed to.")


class MappingInvalid(Refusal):
    code = "mapping_invalid"
    status = 400
    default_message = _("This column cannot be used like that.")


def correct(job: ImportJob, changes: Mapping[str, Any]) -> ImportJob:
    """Apply what staff corrected: `mapping`, `date_format`, `encoding`, `consent_evidence`. Takes back a dry run.

    Raises ImportNotOpen, MappingInvalid, EvidenceIncomplete, FileRefused when the file cannot be read in the encoding, and
    PermissionMissing for a column of allergies.
    """
    job = _locked(job, _OPEN)
    before = _choices(job)
    if "encoding" in changes and changes["encoding"] != job.encoding:
        _read_again(job, Encoding(changes["encoding"]))
    if "mapping" in changes:
        job.mapping = _checked_mapping(job, changes["mapping"])
        health_cells.check(job.mapping)
        job.sample = health_cells.hide(job.sample, health_cells.places(job))
    if "date_format" in changes:
        job.date_format = changes["date_format"] or ""
    if "consent_evidence" in changes:
        job.consent_evidence = _plain_evidence(changes["consent_evidence"])
    job.status = ImportStatus.UPLOADED
    job.staged_at = None
    _reset(job)
    job.save()
    _record(Action.IMPORT_UPDATED, job, before=before, after=_choices(job))
    return job


def check(job: ImportJob) -> ImportJob:
    """Have the worker judge every row without changing anything. Raises ImportNotOpen and what `start` raises."""
    return _hand_to_worker(job, ImportStatus.CHECKING)


def start(job: ImportJob) -> ImportJob:
    """Have the worker run the import. Raises ImportNotOpen, MappingIncomplete, DateFormatNeeded, PermissionMissing."""
    job = _hand_to_worker(job, ImportStatus.RUNNING)
    recording.record(Action.IMPORT_STARTED, job, after={"mode": job.mode}, venue_id=job.venue_id)
    return job


def cancel(job: ImportJob) -> ImportJob:
    """Stop; what finished chunks have brought stays. Raises ImportNotOpen when it is over."""
    job = _locked(job, (*_OPEN, *AT_WORK))
    job.status, job.finished_at = ImportStatus.CANCELLED, timezone.now()
    job.lease_holder, job.lease_until = "", None
    job.save(update_fields=["status", "finished_at", "lease_holder", "lease_until"])
    storing.forget(job)
    recording.record(Action.IMPORT_CANCELLED, job, after=dict(job.counts), venue_id=job.venue_id)
    return job


def ring(job: ImportJob) -> None:
    """Ring for a worker once the job is committed; when the broker is down, the sweeper rings later."""
    ids = {"tenant_id": str(job.owner_id), "job_id": str(job.pk)}
    transaction.on_commit(lambda: tasks.work.apply_async(kwargs=ids), robust=True)


def _hand_to_worker(job: ImportJob, status: ImportStatus) -> ImportJob:
    job = _locked(job, _OPEN)
    if not any(columns.BY_KEY[key].is_key for key in job.mapping.values()):
        raise MappingIncomplete
    health_cells.check(job.mapping)
    if job.needs_date_format:
        raise DateFormatNeeded
    _reset(job)
    job.status, job.next_chunk, job.started_at, job.finished_at = status, 0, timezone.now(), None
    job.lease_holder, job.lease_until = "", timezone.now() + leasing.GRACE
    job.save()
    ring(job)
    return job


def _locked(job: ImportJob, statuses: tuple[ImportStatus, ...]) -> ImportJob:
    locked: ImportJob = ImportJob.objects.select_related("venue").select_for_update(of=["self"]).get(pk=job.pk)
    if locked.status not in statuses:
        raise ImportNotOpen(import_status=locked.status)
    return locked


def _reset(job: ImportJob) -> None:
    for name in COUNT_COLUMNS:
        setattr(job, name, 0)


def _read_again(job: ImportJob, encoding: Encoding) -> None:
    """The headings may read otherwise now: those that stay keep their field, the others are guessed afresh."""
    if job.file_kind != FileKind.CSV:
        raise MappingInvalid(_("A workbook knows its own encoding."), field="encoding")
    found = table.inspect(storing.path_of(job), chosen_encoding=encoding)
    kept = {heading: key for heading, key in job.mapping.items() if heading in found.headings}
    job.encoding, job.delimiter = encoding.value, found.delimiter or ""
    job.headings, job.heading_row = found.headings, found.heading_row
    job.sample, job.row_count = found.sample, found.row_count
    job.date_evidence = found.evidence_json
    job.mapping = health_cells.permitted(columns.guess(found.headings, found.sample)) | kept
    job.sample = health_cells.hide(job.sample, health_cells.places(job))


def _checked_mapping(job: ImportJob, mapping: Mapping[str, str | None]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for heading, key in mapping.items():
        if heading not in job.headings:
            raise MappingInvalid(_("The file has no column of this name."), field=f"mapping.{heading}")
        if not key:
            continue
        if key not in columns.BY_KEY:
            raise MappingInvalid(_("There is no such field."), field=f"mapping.{heading}")
        if key in chosen.values() and not columns.BY_KEY[key].is_joined:
            raise MappingInvalid(_("Another column holds this field already."), field=f"mapping.{heading}")
        chosen[heading] = key
    return chosen


def _plain_evidence(given: Mapping[str, Any] | None) -> dict[str, str] | None:
    if not given:
        return None
    for name in consenting.EVIDENCE:
        if not given.get(name):
            raise EvidenceIncomplete(field=f"consent_evidence.{name}")
    return {
        name: value.isoformat() if isinstance(value, datetime.date) else str(value) for name, value in given.items()
    }


def _choices(job: ImportJob) -> dict[str, Any]:
    return {name: getattr(job, name) for name in ("mapping", "date_format", "encoding", "consent_evidence")}


def _record(action: Action, job: ImportJob, *, before: dict[str, Any], after: dict[str, Any]) -> None:
    old, new = recording.changed(before, after)
    if new:
        recording.record(action, job, before=old, after=new, venue_id=job.venue_id)
