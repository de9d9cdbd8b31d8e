"""Who works on an import: a lease in the job's row, renewed with every chunk (ARCHITECTURE, Jobs).

PostgreSQL is the truth, Celery the doorbell. A second worker that is rung for a job with a living lease goes away;
when the first was killed, the lease lapses and the sweeper rings again.
"""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from importexport.models import AT_WORK, ImportJob

# Several times the longest chunk, and short enough that a killed worker's job goes on within a minute.
LEASE = datetime.timedelta(seconds=20)
# How long the doorbell may take before the sweeper rings again.
GRACE = datetime.timedelta(seconds=10)


class LeaseLost(Exception):
    """Another worker has the job, or it was cancelled: stop without a trace."""


def take(job_id: UUID, holder: str) -> ImportJob | None:
    """The job for `holder`, or None when there is nothing to do or somebody else is at it."""
    now = timezone.now()
    free = Q(lease_holder="") | Q(lease_until__lt=now) | Q(lease_until=None) | Q(lease_holder=holder)
    found = ImportJob.objects.filter(free, pk=job_id, status__in=AT_WORK)
    if not found.update(lease_holder=holder, lease_until=now + LEASE):
        return None
    job: ImportJob = ImportJob.objects.select_related("venue").get(pk=job_id)
    return job


def hold(job_id: UUID, holder: str) -> ImportJob:
    """The job, locked until the transaction ends, with a fresh lease. Raises LeaseLost."""
    found = ImportJob.objects.select_related("venue").select_for_update(of=["self"])
    job: ImportJob | None = found.filter(pk=job_id, status__in=AT_WORK, lease_holder=holder).first()
    if job is None:
        raise LeaseLost
    job.lease_until = timezone.now() + LEASE
    job.save(update_fields=["lease_until"])
    return job


def release(job: ImportJob) -> None:
    """Let go of a job that another task will go on with."""
    job.lease_holder, job.lease_until = "", timezone.now() + GRACE
    job.save(update_fields=["lease_holder", "lease_until"])
