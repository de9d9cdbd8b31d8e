"""The tables of imports: a job with its lease and checkpoint, and the rows of its file (R-IO-2, R-IO-3)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.guest_data import Mode
from crm.models import Contact
from importexport import columns
from importexport.dates import DateFormat, Evidence
from importexport.files.encoding import Encoding
from importexport.files.kind import FileKind
from importexport.files.table import Shape
from tenants import scope
from tenants.base import TenantForeignKey, TenantManager
from tenants.leasing import Leased, Leases
from tenants.models import Tenant, Venue
from tenants.scope import ActorKind


class ImportMode(models.TextChoices):
    CREATE = Mode.CREATE.value, _("only create")
    UPSERT = Mode.UPSERT.value, _("create and update")
    UPDATE = Mode.UPDATE.value, _("only update")


class ImportStatus(models.TextChoices):
    UPLOADED = "uploaded", _("uploaded")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


AT_WORK = frozenset({ImportStatus.CHECKING, ImportStatus.RUNNING})


class Outcome(models.TextChoices):
    """What became of a row; in a dry run, what would become of it."""

    CREATED = "created", _("created")
    UPDATED = "updated", _("updated")
    UNCHANGED = "unchanged", _("unchanged")
    SKIPPED = "skipped", _("skipped")
    REJECTED = "rejected", _("rejected")


class ImportJob(Leased):
    """One uploaded file on its way into the list.

    The file is read once into rows (`staged_at`), which lie in chunks; `next_chunk` is the checkpoint, written in the
    transaction of the chunk before it; `attempt_count` says how often a worker has stumbled since. `date_evidence`
    says per column what its dates prove. `mapping` goes from headings to fields of `columns.py`.
    """

    status = models.CharField(max_length=10, choices=ImportStatus, default=ImportStatus.UPLOADED)
    mode = models.CharField(max_length=6, choices=ImportMode, default=ImportMode.UPSERT)
    venue = TenantForeignKey(Venue, on_delete=models.PROTECT, related_name="+", db_index=False)
    file_name = models.CharField(max_length=255)
    file_kind = models.CharField(max_length=4, choices=[(kind.value, kind.value) for kind in FileKind])
    encoding = models.CharField(max_length=16, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    headings = models.JSONField()
    heading_row = models.PositiveIntegerField(default=1)
    sample = models.JSONField()
    row_count = models.PositiveIntegerField()
    date_evidence = models.JSONField()
    mapping = models.JSONField()
    date_format = models.CharField(max_length=3, blank=True, choices=[(one.value, one.value) for one in DateFormat])
    consent_evidence = models.JSONField(null=True)
    staged_at = models.DateTimeField(null=True)
    chunk_count = models.PositiveIntegerField(default=0)
    next_chunk = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    noted_count = models.PositiveIntegerField(default=0)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=160, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index("tenant", "created_at", "id", name="imports_by_time"),
            models.Index("lease_until", name="imports_at_work", condition=models.Q(status__in=["checking", "running"])),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def owner_id(self) -> UUID:
        """The tenant, never absent on a stored job."""
        return UUID(str(self.tenant_id))

    @property
    def counts(self) -> dict[str, int]:
        """How many rows had each outcome, in the check or the run that came last."""
        return {outcome.value: getattr(self, f"{outcome.value}_count") for outcome in Outcome}

    @property
    def shape(self) -> Shape:
        """What the file needs to be read again."""
        encoding = Encoding(self.encoding) if self.encoding else None
        return Shape(encoding, self.delimiter or None, self.heading_row, len(self.headings))

    @property
    def dates(self) -> Evidence:
        """What the dates of all columns that hold dates prove together."""
        mapped = [heading for heading, key in self.mapping.items() if columns.BY_KEY[key].is_date]
        return Evidence.joined(self.date_evidence[heading] for heading in mapped)

    @property
    def needs_date_format(self) -> bool:
        """True when the dates can be read in two ways and nobody has said which."""
        return not self.date_format and self.dates.needs_format


LEASES = Leases(ImportJob, at_work=AT_WORK, due_function="due_import_jobs")


class ImportRow(models.Model):
    """A row of the file. `number` is its number in a spreadsheet; `leader_number` the first row of the same person.

    `outcome` and `reasons` are those of the last check or run that came past its chunk.
    """

    pk = models.CompositePrimaryKey("tenant", "job", "number")
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, default=scope.tenant_id, db_index=False, db_constraint=False, related_name="+"
    )
    job = TenantForeignKey(ImportJob, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    chunk = models.PositiveIntegerField()
    leader_number = models.PositiveIntegerField()
    cells = models.JSONField()
    outcome = models.CharField(max_length=9, blank=True, choices=Outcome)
    reasons = models.JSONField(default=list)
    contact = TenantForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    objects = TenantManager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index("job", "chunk", "number", name="rows_by_chunk"),
            models.Index("job", "outcome", "number", name="rows_by_outcome"),
            models.Index("contact", name="rows_by_contact", condition=models.Q(contact__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.number}"
