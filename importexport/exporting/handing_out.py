"""Handing out the file of an export (R-IO-4, R-CONSENT-3).

A file of those who may be written to is asked about again in the moment it is handed out: whoever unsubscribed, bounced, has
another address, was erased or asked to be since it was begun is taken out of it, and of its parts, for good. A long file is
then made again by the worker, and is not to be had until it is.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from consent import changes
from consent.status import ConsentChannel
from crm import health
from crm.models import ContactState
from importexport.exporting import guests, leaving, making, parts, starting
from importexport.models import ExportJob, ExportRow, ExportStatus
from tenants import leasing, scope, survivors
from tenants.models import ConsentRegime, Venue
from tenants.permissions import Permission
from tenants.refusal import Refusal

# How many contacts the gate is asked about at once.
CHUNK = 2_000
# So many rows are made into a file while somebody waits for it.
MOST_AT_ONCE = 2_000


class ExportNotReady(Refusal):
    code = "export_not_ready"
    status = 409
    default_message = _("This export has no file yet.")


class ExportOutdated(Refusal):
    code = "export_not_ready"
    status = 409
    default_message = _(
        "Somebody has left since this file was made. It is being made again without them: try in a moment."
    )


class ExportFailed(Refusal):
    code = "export_failed"
    status = 409
    default_message = _("This export failed: there is no file.")


class ExportExpired(Refusal):
    code = "export_expired"
    status = 410
    default_message = _("This file could be fetched for a day: export anew.")


def file_of(job: ExportJob, *, at: datetime.datetime) -> Path:
    """The finished file. Raises ExportNotReady, ExportOutdated, ExportFailed, ExportExpired, and PermissionMissing."""
    scope.require(Permission.CONTACTS_EXPORT)
    held = _locked(job.pk)
    if held.holds_health:
        health.check_right()
    _check_ready(held, at)
    closed, path = _closed(held, at), parts.file_of(held)
    if held.row_count > MOST_AT_ONCE and (closed or not path.is_file()):
        # After this request, which is refused and rolled back.
        survivors.keep(lambda: _make_again(held.pk, at))
        raise ExportOutdated
    leaving.drop(held, closed)
    if not path.is_file():
        with translation.override(held.language):
            making.make(held, making.layout(held))
    recording.record(Action.EXPORT_DOWNLOADED, held, after={"rows": held.row_count}, venue_id=held.venue_id)
    return path


def _make_again(job_id: UUID, at: datetime.datetime) -> None:
    """Have the worker make the file anew without those who left."""
    job = _locked(job_id)
    if job.status != ExportStatus.DONE or not job.is_kept:
        return
    leaving.drop(job, _closed(job, at))
    job.status, job.lease_holder, job.lease_until = ExportStatus.RUNNING, "", timezone.now() + leasing.GRACE
    job.save(update_fields=["status", "lease_holder", "lease_until"])
    starting.ring(job)


def _locked(job_id: UUID) -> ExportJob:
    job: ExportJob = ExportJob.objects.select_related("venue").select_for_update(of=["self"]).get(pk=job_id)
    return job


def _check_ready(job: ExportJob, at: datetime.datetime) -> None:
    if job.status == ExportStatus.FAILED:
        raise ExportFailed(failure=job.failure)
    if job.status != ExportStatus.DONE:
        raise ExportNotReady(export_status=job.status)
    if job.has_expired(at) or not job.is_kept or not parts.folder(job).is_dir():
        raise ExportExpired


def _closed(job: ExportJob, at: datetime.datetime) -> set[UUID]:
    """Whose address in the file must not be written to any more."""
    if not job.channel or job.venue is None:
        return set()
    venue, channel, closed = job.venue, ConsentChannel(job.channel), set[UUID]()
    doubtful = iter(_doubtful(job, venue, channel))
    while some := dict(islice(doubtful, CHUNK)):
        open_now = guests.marketable(some, venue, channel, at=at)
        closed |= {contact_id for contact_id, address in some.items() if open_now.get(contact_id) != address}
    return closed


def _doubtful(job: ExportJob, venue: Venue, channel: ConsentChannel) -> Iterable[tuple[UUID, str]]:
    """Of whom something has changed since the file was begun, so that the gate has to be asked again; with the address."""
    own, since = ExportRow.objects.filter(job=job), job.fixed_at
    if since is None or ConsentRegime.CASL in (job.regime, venue.consent_regime):
        return list(own.values_list("contact", "address"))
    told = changes.addresses_since(since, venue=venue, channel=channel)
    told |= changes.bounced_since(since, own.values_list("address", flat=True), channel=channel)
    address = F("contact__phone" if channel == ConsentChannel.SMS else "contact__email")
    is_same = Q(address=address, contact__erase_on=None, contact__state=ContactState.ACTIVE)
    return list(own.filter(Q(address__in=told) | ~is_same).values_list("contact", "address"))
