"""The nightly work of the guest list: ids in, one call, harmless when rung twice."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from crm import automatic_tags, due_erasures, erasure_log, erasure_promises, retention
from tenants import lookup, scope
from tenants.refusal import Refusal

logger = logging.getLogger(__name__)
# Each is a transaction of its own, and one of a long history takes a second.
ERASED_AT_ONCE = 10


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


@shared_task(name="crm.erase_due")
def erase_due() -> None:
    """Erase in every tenant whom the bin or a putting off has kept long enough; the log outside says so, too."""
    erasure_log.catch_up()
    erasure_promises.catch_up()
    for tenant_id in lookup.all_tenants():
        erase_due_of.apply_async(kwargs={"tenant_id": str(tenant_id)})
        erase_due_facts_of.apply_async(kwargs={"tenant_id": str(tenant_id)})


@shared_task(name="crm.erase_due_of")
def erase_due_of(*, tenant_id: str, after: str | None = None) -> None:
    """A few, each by itself, then ring for the next. One that is refused or too busy waits a night."""
    now = timezone.now()
    with scope.enter(UUID(tenant_id), scope.WORKER):
        ids = due_erasures.due(UUID(after) if after else None, at=now, limit=ERASED_AT_ONCE)
    _each_by_itself(tenant_id, ids, due_erasures.carry_out, at=now, failing="contact %s is not erased tonight: %s")
    if len(ids) == ERASED_AT_ONCE:
        erase_due_of.apply_async(kwargs={"tenant_id": tenant_id, "after": str(ids[-1])})


@shared_task(name="crm.erase_due_facts_of")
def erase_due_facts_of(*, tenant_id: str, after: str | None = None) -> None:
    """The same for facts that were to be cleared by themselves."""
    now = timezone.now()
    with scope.enter(UUID(tenant_id), scope.WORKER):
        ids = due_erasures.due_facts(UUID(after) if after else None, at=now, limit=ERASED_AT_ONCE)
    _each_by_itself(
        tenant_id, ids, due_erasures.carry_out_fact, at=now, failing="fact of %s is not cleared tonight: %s"
    )
    if len(ids) == ERASED_AT_ONCE:
        erase_due_facts_of.apply_async(kwargs={"tenant_id": tenant_id, "after": str(ids[-1])})


@shared_task(name="crm.forget_quiet_contacts")
def forget_quiet_contacts() -> None:
    """Erase whom the retention of each tenant forgets by now (R-PRIV-2)."""
    for tenant_id in lookup.all_tenants():
        forget_quiet_contacts_of.apply_async(kwargs={"tenant_id": str(tenant_id)})


@shared_task(name="crm.forget_quiet_contacts_of")
def forget_quiet_contacts_of(*, tenant_id: str, after: str | None = None) -> None:
    """One chunk, each contact in a transaction of its own, then ring for the next."""
    now = timezone.now()
    with scope.enter(UUID(tenant_id), scope.WORKER):
        found, last = retention.due(UUID(after) if after else None, at=now)
    _each_by_itself(tenant_id, found, retention.forget, at=now, failing="contact %s is not forgotten tonight: %s")
    if last is not None:
        forget_quiet_contacts_of.apply_async(kwargs={"tenant_id": tenant_id, "after": str(last)})


def _each_by_itself(
    tenant_id: str, ids: Iterable[UUID], carry_out: Callable[..., bool], *, at: datetime.datetime, failing: str
) -> None:
    """Carry out one after the other, each in a transaction of its own. `failing` is logged with the id and the reason."""
    for one in ids:
        try:
            with scope.enter(UUID(tenant_id), scope.WORKER):
                carry_out(one, at=at)
        except (Refusal, OperationalError) as fault:
            logger.warning(failing, one, getattr(fault, "code", type(fault).__name__))
