"""The worker's part of an export: fix who is asked about, then a chunk at a time, then the file (R-IO-4).

Each chunk is written down before the transaction that moves the checkpoint past it: a worker killed at any point is followed
by one that writes the same part again. The gate is asked in the chunk, and again when the file is handed out.
While a chunk is read its job is locked, so that nobody is erased between what was read and what is written (R-PRIV-1).
"""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone, translation

from consent.status import ConsentChannel
from importexport.exporting import columns, ending, erasing, fixing, guests, making, parts
from importexport.models import EXPORT_LEASES, ExportJob, ExportRow
from tenants import scope
from tenants.leasing import LeaseLost
from tenants.permissions import Permission
from tenants.scope import Actor, ActorKind

logger = logging.getLogger(__name__)

# A task rings for the next one before the broker takes it for lost (visibility timeout 30 s).
TASK_SECONDS = 15.0
MAX_ATTEMPTS = 5
# Contacts in a chunk, which is one transaction and one part of the file.
CHUNK = 1_000
# Why an export failed that had nothing wrong about it.
INTERNAL = "internal_error"


def work(tenant_id: UUID, job_id: UUID, *, holder: str) -> bool:
    """Go on with an export; True when there is more to do. Harmless when somebody else is at it or all is done."""
    with scope.enter(tenant_id, scope.WORKER):
        job = EXPORT_LEASES.take(job_id, holder)
    if job is None:
        return False
    actor = _on_behalf_of(job)
    try:
        with translation.override(job.language):
            return _work(job, holder=holder, actor=actor)
    except LeaseLost:
        return False
    except fixing.Impossible as reason:
        with suppress(LeaseLost), scope.enter(tenant_id, actor):
            ending.fail(EXPORT_LEASES.held(job_id, holder), reason.code)
        return False
    except Exception:
        logger.exception("export %s stumbled", job_id)
        with suppress(LeaseLost), scope.enter(tenant_id, actor):
            _stumble(EXPORT_LEASES.held(job_id, holder))
        return False


def _work(job: ExportJob, *, holder: str, actor: Actor) -> bool:
    deadline = time.monotonic() + TASK_SECONDS
    if job.fixed_at is None:
        with scope.enter(job.owner_id, actor):
            # Before any row is locked: who is being erased does not know yet of the rows that are about to be written.
            erasing.hold_off()
            fixing.fix(EXPORT_LEASES.held(job.pk, holder))
            EXPORT_LEASES.hold(job.pk, holder)
    while time.monotonic() < deadline:
        if not _next_chunk(job, holder=holder, actor=actor):
            _make_file(job, holder=holder, actor=actor)
            return False
    with scope.enter(job.owner_id, actor):
        EXPORT_LEASES.release(EXPORT_LEASES.held(job.pk, holder))
    return True


def _next_chunk(job: ExportJob, *, holder: str, actor: Actor) -> bool:
    """Write the part at the checkpoint; False when there is none left."""
    with scope.enter(job.owner_id, actor):
        held = EXPORT_LEASES.held(job.pk, holder)
        if held.done_count >= held.contact_count:
            return False
        last = min(held.done_count + CHUNK, held.contact_count)
        own = ExportRow.objects.filter(job=held, number__gt=held.done_count, number__lte=last)
        kept = _written(held, dict(own.order_by("number").values_list("contact", "address")))
        own.exclude(contact__in=kept).delete()
        held.row_count += len(kept)
        held.done_count, held.attempt_count = last, 0
        held.save(update_fields=["row_count", "done_count", "attempt_count"])
        return True


def _written(job: ExportJob, asked: Mapping[UUID, str]) -> list[UUID]:
    """Who of these contacts, each with the address that is meant, stands in the part that was written."""
    at, venues = timezone.now(), making.venues(job)
    with_allergies = columns.ALLERGIES in job.columns
    found = guests.read(list(asked), venues=venues, with_allergies=with_allergies, at=at)
    if job.channel:
        channel = ConsentChannel(job.channel)
        found = {
            pk: guest
            for pk, guest in found.items()
            if guests.may_be_written_to(guest.consents, venues[0], channel)
            and guests.address_of(guest.contact, channel) == asked[pk]
        }
    kept = [pk for pk in asked if pk in found]
    laid_out = making.layout(job)
    parts.write(job, job.done_count, ((pk, [_plain(one.value(found[pk])) for one in laid_out]) for pk in kept))
    return kept


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _make_file(job: ExportJob, *, holder: str, actor: Actor) -> None:
    """From the parts, without locking the job for so long; once more when somebody was taken out of them meanwhile."""
    while True:
        with scope.enter(job.owner_id, actor):
            before = EXPORT_LEASES.held(job.pk, holder)
            laid_out = making.layout(before)
        making.make(before, laid_out, renew=partial(_renew, job, holder, actor))
        with scope.enter(job.owner_id, actor):
            held = EXPORT_LEASES.held(job.pk, holder)
            if held.row_count == before.row_count:
                ending.finish(held)
                return


def _renew(job: ExportJob, holder: str, actor: Actor, for_at_least: datetime.timedelta) -> None:
    with scope.enter(job.owner_id, actor):
        replace(EXPORT_LEASES, lease=for_at_least).hold(job.pk, holder)


def _stumble(job: ExportJob) -> None:
    """Let the sweeper ring again, since most failures pass; give up on one that stays."""
    job.attempt_count += 1
    job.save(update_fields=["attempt_count"])
    if job.attempt_count >= MAX_ATTEMPTS:
        ending.fail(job, INTERNAL)
    else:
        EXPORT_LEASES.release(job)


def _on_behalf_of(job: ExportJob) -> Actor:
    """The worker acts under the name of who asked for the export, so that the audit log says whose work it is."""
    label = f"{job.actor_label} (export)" if job.actor_label else "export"
    return Actor(kind=ActorKind.WORKER, id=job.actor_id, label=label, permissions=frozenset(Permission))
