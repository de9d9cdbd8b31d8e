"""The worker's part of an import: stage the file, then chunk after chunk, each a transaction of its own (R-IO-2, R-IO-3).

The outcomes of a chunk, its counts and the checkpoint are written in the transaction that takes it in: whatever
moment a worker is killed at, the chunk either happened with all of that or did not happen. A dry run takes the same
path and rolls it back, keeping the outcomes only.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from audit import recording
from audit.actions import Action
from importexport import chunks, erasing, staging, storing
from importexport.chunks import Verdict
from importexport.files.refused import FileRefused
from importexport.models import LEASES, ImportJob, ImportRow, ImportStatus, Outcome
from importexport.reasons import ReasonCode
from tenants import scope
from tenants.leasing import LeaseLost
from tenants.permissions import Permission
from tenants.scope import Actor, ActorKind

logger = logging.getLogger(__name__)

# A task rings for the next one before the broker takes it for lost (visibility timeout 30 s).
TASK_SECONDS = 15.0
MAX_ATTEMPTS = 5


def work(tenant_id: UUID, job_id: UUID, *, holder: str) -> bool:
    """Go on with a job; True when there is more to do. Harmless when somebody else is at it or all is done."""
    with scope.enter(tenant_id, scope.WORKER):
        job = LEASES.take(job_id, holder)
    if job is None:
        return False
    actor = _on_behalf_of(job)
    try:
        return _work(job, holder=holder, actor=actor)
    except LeaseLost:
        return False
    except FileRefused as refusal:
        with scope.enter(tenant_id, actor):
            _fail(LEASES.held(job_id, holder), refusal.code)
        return False
    except Exception:
        logger.exception("import %s stumbled", job_id)
        with scope.enter(tenant_id, actor):
            _stumble(LEASES.held(job_id, holder))
        return False


def _work(job: ImportJob, *, holder: str, actor: Actor) -> bool:
    deadline = time.monotonic() + TASK_SECONDS
    if job.staged_at is None:
        staging.stage(job, holder=holder, actor=actor)
    while time.monotonic() < deadline:
        if not _next_chunk(job, holder=holder, actor=actor):
            return False
    with scope.enter(job.owner_id, actor):
        LEASES.release(LEASES.held(job.pk, holder))
    return True


def _next_chunk(job: ImportJob, *, holder: str, actor: Actor) -> bool:
    """Take in, or check, the chunk at the checkpoint; False when it was the last."""
    if job.status == ImportStatus.CHECKING:
        verdicts = _rehearse(job, holder=holder, actor=actor)
    with scope.enter(job.owner_id, actor):
        held = LEASES.held(job.pk, holder)
        if held.next_chunk < held.chunk_count:
            is_run = held.status == ImportStatus.RUNNING
            if is_run:
                verdicts = chunks.take_in(held, _rows(held))
            _write(held, verdicts)
            if is_run:
                _forget_strangers(held, verdicts)
        if held.next_chunk < held.chunk_count:
            return True
        _finish(held)
        return False


def _rehearse(job: ImportJob, *, holder: str, actor: Actor) -> list[Verdict]:
    """What the chunk at the checkpoint would do: the same code, rolled back."""
    with scope.enter(job.owner_id, actor):
        held = LEASES.held(job.pk, holder)
        verdicts = chunks.take_in(held, _rows(held))
        transaction.set_rollback(True)
    created = {verdict.contact_id for verdict in verdicts if verdict.outcome == Outcome.CREATED}
    for verdict in verdicts:
        if verdict.contact_id in created:
            verdict.contact_id = None
    return verdicts


def _rows(job: ImportJob) -> list[ImportRow]:
    return list(ImportRow.objects.filter(job=job, chunk=job.next_chunk).order_by("number"))


def _write(job: ImportJob, verdicts: Sequence[Verdict]) -> None:
    """Outcomes, counts and checkpoint together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE importexport_importrow AS row SET outcome = new.outcome, reasons = new.reasons::jsonb,"
            " contact_id = new.contact_id"
            " FROM unnest(%s::int[], %s::text[], %s::text[], %s::uuid[]) AS new (number, outcome, reasons, contact_id)"
            " WHERE row.tenant_id = %s AND row.job_id = %s AND row.number = new.number",
            [
                [verdict.number for verdict in verdicts],
                [verdict.outcome.value for verdict in verdicts],
                [json.dumps([reason.to_json() for reason in verdict.reasons]) for verdict in verdicts],
                [verdict.contact_id for verdict in verdicts],
                job.owner_id,
                job.pk,
            ],
        )
    for outcome, count in Counter(verdict.outcome for verdict in verdicts).items():
        name = f"{outcome.value}_count"
        setattr(job, name, getattr(job, name) + count)
    job.noted_count += sum(1 for verdict in verdicts if verdict.reasons)
    job.done_count += len(verdicts)
    job.next_chunk += 1
    job.attempt_count = 0
    job.save(update_fields=[*COUNT_COLUMNS, "next_chunk", "attempt_count"])


def _forget_strangers(job: ImportJob, verdicts: Sequence[Verdict]) -> None:
    """Of those who are nobody's contact and must not be written to, the hash is kept and nothing else (R-IO-1)."""
    suppressed = [
        verdict.number
        for verdict in verdicts
        if verdict.contact_id is None and any(reason.code == ReasonCode.SUPPRESSED for reason in verdict.reasons)
    ]
    if suppressed:
        erasing.empty_rows(job, suppressed)
        job.sample = []
        job.save(update_fields=["sample"])


COUNT_COLUMNS = ["done_count", "noted_count", *(f"{outcome.value}_count" for outcome in Outcome)]


def _finish(job: ImportJob) -> None:
    """The counts of a finished job are counted from its rows once more, so that they are true by construction."""
    rows = ImportRow.objects.filter(job=job).values_list("outcome").annotate(Count("number"))
    for outcome, count in rows:
        setattr(job, f"{outcome}_count", count)
    is_run = job.status == ImportStatus.RUNNING
    job.status = ImportStatus.DONE if is_run else ImportStatus.CHECKED
    _let_go(job)
    if is_run:
        storing.forget(job)
        recording.record(Action.IMPORT_FINISHED, job, after=dict(job.counts), venue_id=job.venue_id)


def _stumble(job: ImportJob) -> None:
    """Let the sweeper ring again, since most failures pass; give up on one that stays."""
    job.attempt_count += 1
    job.save(update_fields=["attempt_count"])
    if job.attempt_count >= MAX_ATTEMPTS:
        _fail(job, "internal_error")
    else:
        LEASES.release(job)


def _fail(job: ImportJob, code: str) -> None:
    job.status, job.failure = ImportStatus.FAILED, code
    _let_go(job)
    storing.forget(job)
    recording.record(Action.IMPORT_FAILED, job, after={"failure": code}, venue_id=job.venue_id)


def _let_go(job: ImportJob) -> None:
    job.finished_at, job.lease_holder, job.lease_until = timezone.now(), "", None
    job.save(update_fields=["status", "failure", "finished_at", "lease_holder", "lease_until", *COUNT_COLUMNS])


def _on_behalf_of(job: ImportJob) -> Actor:
    """The worker acts under the name of who started the import, so that the audit log says whose work it is."""
    label = f"{job.actor_label} (import)" if job.actor_label else "import"
    return Actor(
        kind=ActorKind.WORKER, id=job.actor_id, label=label[:160], permissions=frozenset(Permission), venue_id=None
    )
