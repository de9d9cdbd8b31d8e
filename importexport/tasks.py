"""The doorbells of imports: ids in, one call, harmless when rung twice."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from uuid_utils.compat import uuid7

from importexport import running
from importexport.models import LEASES


@shared_task(name="importexport.work")
def work(*, tenant_id: str, job_id: str) -> None:
    """Go on with an import; ring for the rest when time is up. Every delivery holds the lease under its own name."""
    if running.work(UUID(tenant_id), UUID(job_id), holder=str(uuid7())):
        work.apply_async(kwargs={"tenant_id": tenant_id, "job_id": job_id})


@shared_task(name="importexport.sweep")
def sweep() -> None:
    for tenant_id, job_id in LEASES.due():
        work.apply_async(kwargs={"tenant_id": str(tenant_id), "job_id": str(job_id)})
