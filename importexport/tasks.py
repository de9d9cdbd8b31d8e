"""The doorbells of imports and exports: ids in, one call, harmless when rung twice."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from uuid_utils.compat import uuid7

from importexport import running
from importexport.exporting import forgetting
from importexport.exporting import running as export_running
from importexport.models import EXPORT_LEASES, LEASES


@shared_task(name="importexport.work")
def work(*, tenant_id: str, job_id: str) -> None:
    """Go on with an import; ring for the rest when time is up. Every delivery holds the lease under its own name."""
    if running.work(UUID(tenant_id), UUID(job_id), holder=str(uuid7())):
        work.apply_async(kwargs={"tenant_id": tenant_id, "job_id": job_id})


@shared_task(name="importexport.sweep")
def sweep() -> None:
    for tenant_id, job_id in LEASES.due():
        work.apply_async(kwargs={"tenant_id": str(tenant_id), "job_id": str(job_id)})


@shared_task(name="importexport.work_on_export")
def work_on_export(*, tenant_id: str, job_id: str) -> None:
    """Go on with an export; ring for the rest when time is up. Every delivery holds the lease under its own name."""
    if export_running.work(UUID(tenant_id), UUID(job_id), holder=str(uuid7())):
        work_on_export.apply_async(kwargs={"tenant_id": tenant_id, "job_id": job_id})


@shared_task(name="importexport.sweep_exports")
def sweep_exports() -> None:
    for tenant_id, job_id in EXPORT_LEASES.due():
        work_on_export.apply_async(kwargs={"tenant_id": str(tenant_id), "job_id": str(job_id)})


@shared_task(name="importexport.forget_exports")
def forget_exports() -> None:
    forgetting.forget_expired()
    forgetting.remove_strays()
