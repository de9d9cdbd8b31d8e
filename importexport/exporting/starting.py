"""Asking for an export (R-IO-4): everything or what filters leave, in the worker.

The consent that the customer report shows is that of one venue, which must be named when there are several. What the
filters ask for is not written into the trail: it may name a guest (R-PRIV-1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from consent.status import ConsentChannel
from crm import given_filters, health
from crm.given_filters import FaultyFilters
from importexport import tasks
from importexport.exporting import columns
from importexport.files.kind import FileKind
from importexport.models import ExportJob, ExportKind
from tenants import leasing, scope
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.refusal import Refusal


class VenueNeeded(Refusal):
    code = "required"
    status = 400
    default_message = _("Name the venue whose marketing consent is meant: there are several.")


class VenuesDiffer(Refusal):
    code = "invalid"
    status = 400
    default_message = _("The consent shown and the consent asked for are of the same venue.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be exported. With `channel` those alone whom `venue` may write to; `columns` None for the usual ones."""

    kind: ExportKind
    file_kind: FileKind
    filters: Mapping[str, Any] = field(default_factory=dict)
    venue: Venue | None = None
    channel: ConsentChannel | None = None
    columns: Iterable[str] | None = None


def start(wish: Wish) -> ExportJob:
    """Have the worker make a file. Raises VenueNeeded, FaultyFilters, and PermissionMissing."""
    scope.require(Permission.CONTACTS_EXPORT)
    venue, further = _venue(wish), columns.further(wish.kind, wish.columns)
    if columns.ALLERGIES in further:
        health.check_right()
    faults = given_filters.faults_of(wish.filters)
    if faults:
        raise FaultyFilters(faults)
    actor = scope.actor()
    job = ExportJob(
        kind=wish.kind,
        file_kind=wish.file_kind.value,
        filters=dict(wish.filters),
        venue=venue,
        channel=wish.channel or "",
        columns=further,
        language=get_language() or "en",
        holds_health=columns.ALLERGIES in further,
        is_filtered=bool(wish.filters),
        lease_until=timezone.now() + leasing.GRACE,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
    )
    job.save(force_insert=True)
    after = {"kind": job.kind, "format": job.file_kind, "channel": job.channel, "columns": further}
    recording.record(Action.EXPORT_STARTED, job, after=after, venue_id=job.venue_id)
    ring(job)
    return job


def _venue(wish: Wish) -> Venue | None:
    if wish.venue is not None or (wish.kind is ExportKind.CONTACTS and wish.channel is None):
        return wish.venue
    venues: list[Venue] = list(Venue.objects.all()[:2])
    if len(venues) > 1:
        raise VenueNeeded(field="venue")
    return venues[0]


def ring(job: ExportJob) -> None:
    """Ring for a worker once the job is committed; when the broker is down, the sweeper rings later."""
    ids = {"tenant_id": str(job.owner_id), "job_id": str(job.pk)}
    transaction.on_commit(lambda: tasks.work_on_export.apply_async(kwargs=ids), robust=True)
