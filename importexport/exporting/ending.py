"""How an export ends: with a file that can be fetched for a day, or without one and why (R-IO-4)."""

from __future__ import annotations

import datetime

from django.utils import timezone

from audit import recording
from audit.actions import Action
from importexport.exporting import forgetting
from importexport.models import ExportJob, ExportStatus

KEPT_FOR = datetime.timedelta(hours=24)


def finish(job: ExportJob) -> None:
    """The file is made; made again, it is not kept any longer for that. The job is locked."""
    job.status, job.expires_at = ExportStatus.DONE, job.expires_at or timezone.now() + KEPT_FOR
    _let_go(job)
    recording.record(Action.EXPORT_FINISHED, job, after={"rows": job.row_count}, venue_id=job.venue_id)


def fail(job: ExportJob, code: str) -> None:
    """There will be no file. The job is locked."""
    job.status, job.failure = ExportStatus.FAILED, code
    _let_go(job)
    forgetting.forget(job)
    recording.record(Action.EXPORT_FAILED, job, after={"failure": code}, venue_id=job.venue_id)


def _let_go(job: ExportJob) -> None:
    job.finished_at, job.lease_holder, job.lease_until = timezone.now(), "", None
    job.save(update_fields=["status", "failure", "finished_at", "expires_at", "lease_holder", "lease_until"])
