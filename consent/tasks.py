"""The nightly comparison of consents with their ledger."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from consent import rebuilding
from tenants import lookup


@shared_task(name="consent.compare_with_ledger")
def compare_with_ledger() -> None:
    for tenant_id in lookup.all_tenants():
        compare_with_ledger_of.apply_async(kwargs={"tenant_id": str(tenant_id)})


@shared_task(name="consent.compare_with_ledger_of")
def compare_with_ledger_of(*, tenant_id: str, after: str = "") -> None:
    """One chunk, then ring for the next: a task that ran longer would be given to another worker, too."""
    chunk = rebuilding.next_chunk(UUID(tenant_id), after)
    if chunk is not None:
        compare_with_ledger_of.apply_async(kwargs={"tenant_id": tenant_id, "after": chunk.last})
