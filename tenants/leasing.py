"""Who works on a job: a lease in its row, renewed with every step (ARCHITECTURE, Jobs).

PostgreSQL is the truth, Celery the doorbell. A second worker that is rung for a job with a living lease goes away; when
the first was killed, the lease lapses and the sweeper rings again.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants import lookup, rows, scope
from tenants.base import TenantModel

# Several times the longest step, and short enough that a killed worker's job goes on within a minute.
LEASE = datetime.timedelta(seconds=20)
# How long the doorbell may take before the sweeper rings again.
GRACE = datetime.timedelta(seconds=10)


class LeaseLost(Exception):
    """Another worker has the job, or it was stopped: go away without a trace."""


class Leased(TenantModel):
    """A job with a `status`, of a venue or of all. A worker holds it while `lease_until` lies ahead; then anybody may take it."""

    lease_holder = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True


Job = TypeVar("Job", bound=Leased)


@dataclass(frozen=True, slots=True)
class Leases(Generic[Job]):
    """The leases of one table. `at_work` are the statuses in which there is something to do; `due_function` is the function
    of the database that lists, over all tenants, what waits for a worker. `lease` is longer than a step of such a job."""

    jobs: type[Job]
    at_work: Collection[str]
    due_function: str
    lease: datetime.timedelta = LEASE

    def take(self, job_id: UUID, holder: str) -> Job | None:
        """The job for `holder`, or None when there is nothing to do or somebody else is at it."""
        now = timezone.now()
        free = Q(lease_holder="") | Q(lease_until__lt=now) | Q(lease_until=None) | Q(lease_holder=holder)
        # Whoever is in the middle of a long step has it locked: nobody waits for them.
        found = self.jobs.objects.select_for_update(skip_locked=True).filter(free, pk=job_id, status__in=self.at_work)
        if not found.values_list("pk"):
            return None
        self.jobs.objects.filter(pk=job_id).update(lease_holder=holder, lease_until=now + self.lease)
        return self._read(job_id)

    def hold(self, job_id: UUID, holder: str) -> None:
        """Renew the lease; until the transaction ends nobody takes or stops the job. Raises LeaseLost."""
        statement, statuses = _HELD.format(table=self.jobs._meta.db_table), [str(one) for one in self.at_work]
        if not rows.run(statement, timezone.now() + self.lease, scope.tenant_id(), job_id, holder, statuses):
            raise LeaseLost

    def held(self, job_id: UUID, holder: str) -> Job:
        """The same, and the job as it is now."""
        self.hold(job_id, holder)
        return self._read(job_id)

    def release(self, job: Job, *, for_at_least: datetime.timedelta = GRACE) -> None:
        """Let go of a job that another task will go on with, after a while at the earliest. The caller holds it."""
        job.lease_holder, job.lease_until = "", timezone.now() + for_at_least
        job.save(update_fields=["lease_holder", "lease_until"])

    def due(self) -> list[tuple[UUID, UUID]]:
        """(tenant id, job id) of every job at work whose lease has lapsed, over all tenants."""
        return lookup.rows_of(self.due_function)

    def _read(self, job_id: UUID) -> Job:
        found: Job = self.jobs.objects.select_related("venue").get(pk=job_id)
        return found


_HELD = (
    "UPDATE {table} SET lease_until = %s WHERE tenant_id = %s AND id = %s "
    "AND lease_holder = %s AND status = ANY(%s) RETURNING id"
)
