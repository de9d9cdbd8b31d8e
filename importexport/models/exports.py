"""The tables of exports: a job with its lease and checkpoint, and who is in its file (R-IO-4)."""

from __future__ import annotations

import datetime
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.status import ConsentChannel
from crm.models import Contact
from importexport.files.kind import FileKind
from tenants import scope
from tenants.base import TenantForeignKey, TenantManager
from tenants.leasing import Leased, Leases
from tenants.models import ConsentRegime, Tenant, Venue
from tenants.scope import ActorKind


class ExportKind(models.TextChoices):
    CONTACTS = "contacts", _("contacts")
    CUSTOMER_REPORT = "customer_report", _("customer report")


class ExportStatus(models.TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


EXPORT_AT_WORK = frozenset({ExportStatus.QUEUED, ExportStatus.RUNNING})


class ExportJob(Leased):
    """One file on its way out of the list.

    With `channel` it holds those alone whom `venue` may write to on it; without, `venue` only says whose consents are told,
    and where there is none they are those of all venues. Who is asked about is fixed once (`fixed_at`) as rows,
    `contact_count` of them, under the
    `regime` of the venue then; `done_count` is the checkpoint, the number of the last row that was asked about. `columns` are
    the further ones, by key; with `holds_health` the file is for who may read allergies. `is_kept` until the files are
    removed, from `expires_at` on.
    """

    status = models.CharField(max_length=7, choices=ExportStatus, default=ExportStatus.QUEUED)
    kind = models.CharField(max_length=15, choices=ExportKind)
    file_kind = models.CharField(max_length=4, choices=[(kind.value, kind.value) for kind in FileKind])
    filters = models.JSONField(default=dict)
    venue = TenantForeignKey(Venue, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=5, choices=ConsentChannel, blank=True)
    regime = models.CharField(max_length=4, choices=ConsentRegime, blank=True)
    is_filtered = models.BooleanField(default=False)
    columns = models.JSONField(default=list)
    currencies = models.JSONField(default=list)
    language = models.CharField(max_length=10)
    holds_health = models.BooleanField(default=False)
    fixed_at = models.DateTimeField(null=True)
    contact_count = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField(default=0)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=160, blank=True)
    is_kept = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index("tenant", "created_at", "id", name="exports_by_time"),
            models.Index("lease_until", name="exports_at_work", condition=models.Q(status__in=["queued", "running"])),
            models.Index("expires_at", name="exports_kept", condition=models.Q(is_kept=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at}"

    @property
    def owner_id(self) -> UUID:
        """The tenant, never absent on a stored job."""
        return UUID(str(self.tenant_id))

    def has_expired(self, at: datetime.datetime) -> bool:
        return self.expires_at is not None and at >= self.expires_at


EXPORT_LEASES = Leases(ExportJob, at_work=EXPORT_AT_WORK, due_function="due_export_jobs")


class ExportRow(models.Model):
    """Who is to be, or is, in an export: the contacts in the order of the file, `number` from 1 on.

    `address` is the one that a file of those who may be written to says; empty in others.
    """

    pk = models.CompositePrimaryKey("tenant", "job", "number")
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, default=scope.tenant_id, db_index=False, db_constraint=False, related_name="+"
    )
    job = TenantForeignKey(ExportJob, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=254, blank=True, db_collation="C")

    objects = TenantManager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index("contact", "job", name="exports_by_contact")]

    def __str__(self) -> str:
        return f"{self.number}"
