"""Exports that are over: their files go, that there was one stays (R-IO-4, R-PRIV-1).

A file can be fetched for a day. What lies on disk of no export that we know of, after a restore say, goes too.
"""

from __future__ import annotations

import logging
import shutil

from django.db import DatabaseError, transaction

from importexport.exporting import parts
from importexport.models import ExportJob, ExportRow
from tenants import lookup, scope

logger = logging.getLogger(__name__)


def forget(job: ExportJob) -> None:
    """Forget who is in an export, and remove its files once that is committed. The job is locked."""
    ExportRow.objects.filter(job=job).delete()
    job.filters, job.is_kept = {}, False
    job.save(update_fields=["filters", "is_kept"])
    transaction.on_commit(lambda: parts.remove(job), robust=True)


def forget_expired() -> None:
    for tenant_id, job_id in lookup.rows_of("expired_exports"):
        try:
            with scope.enter(tenant_id, scope.WORKER):
                forget(ExportJob.objects.select_for_update().get(pk=job_id))
        except DatabaseError:
            # The others go all the same, and this one the next time.
            logger.exception("export %s was not forgotten", job_id)


def remove_strays() -> None:
    """Remove the folders of exports that nobody knows, or knows as forgotten."""
    for tenant_id in lookup.all_tenants():
        folders = {path.name: path for path in parts.root(tenant_id).glob("*")}
        if folders:
            with scope.enter(tenant_id, scope.WORKER):
                kept = {str(pk) for pk in ExportJob.objects.filter(is_kept=True).values_list("pk", flat=True)}
            for name in folders.keys() - kept:
                shutil.rmtree(folders[name], ignore_errors=True)
