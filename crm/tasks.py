"""The nightly work of the guest list: ids in, one call, harmless when rung twice."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from crm import automatic_tags
from tenants import lookup, scope


@shared_task(name="crm.review_automatic_tags")
def review_automatic_tags() -> None:
    """Windows pass without anything happening: ask the rules again in every tenant."""
    for tenant_id in lookup.all_tenants():
        review_automatic_tags_of.apply_async(kwargs={"tenant_id": str(tenant_id)})


@shared_task(name="crm.review_automatic_tags_of")
def review_automatic_tags_of(*, tenant_id: str, after: str | None = None) -> None:
    """One chunk, then ring for the next: shorter than the time after which a task is given to another worker."""
    with scope.enter(UUID(tenant_id), scope.WORKER):
        last = automatic_tags.review(UUID(after) if after else None)
    if last is not None:
        review_automatic_tags_of.apply_async(kwargs={"tenant_id": tenant_id, "after": str(last)})
