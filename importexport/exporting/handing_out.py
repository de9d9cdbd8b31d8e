"""Handing out the file of an export (R-IO-4, R-CONSENT-3).

A file of those who may be written to is asked about again in the moment it is handed out: whoever unsubscribed, bounced, was
erased or asked to be since it was made is taken out of it, and of its parts, for good.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from consent import changes
from consent.status import ConsentChannel
from crm import health
from crm.models import ContactState
from importexport.exporting import guests, making, parts
from importexport.models import ExportJob, ExportRow, ExportStatus
from tenants import scope
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.refusal import Refusal

# How many contacts the gate is asked about at once.
CHUNK = 2_000


class ExportNotReady(Refusal):
    code = "export_not_ready"
    status = 409
    default_message = _("This export has no file yet.")


class ExportFailed(Refusal):
    code = "export_failed"
    status = 409
    default_message = _("This export failed: there is no file.")


class ExportExpired(Refusal):
    code = "export_expired"
    status = 410
    default_message = _("This file could be fetched for a day: export anew.")


def file_of(job: ExportJob, *, at: datetime.datetime) -> Path:
    """The finished file. Raises ExportNotReady, ExportFailed, ExportExpired, and PermissionMissing."""
    scope.require(Permission.CONTACTS_EXPORT)
    held: ExportJob = ExportJob.objects.select_related("venue").select_for_update(of=["self"]).get(pk=job.pk)
    if held.holds_health:
        health.check_right()
    _check_ready(held, at)
    drop(held, _closed(held, at))
    path = parts.file_of(held)
    if not path.is_file():
        with translation.override(held.language):
            making.make(held, making.layout(held))
    recording.record(Action.EXPORT_DOWNLOADED, held, after={"rows": held.row_count}, venue_id=held.venue_id)
    return path


def drop(job: ExportJob, contact_ids: set[UUID]) -> None:
    """Take these contacts out of an export, which is locked: out of its rows, its parts and its file."""
    if not contact_ids:
        return
    ExportRow.objects.filter(job=job, contact__in=contact_ids).delete()
    parts.drop(job, contact_ids)
    if job.status == ExportStatus.DONE:
        # While it is made, its worker sees that somebody is missing, and makes it again.
        parts.remove_file(job)
    job.row_count = ExportRow.objects.filter(job=job, number__lte=job.done_count).count()
    job.save(update_fields=["row_count"])


def _check_ready(job: ExportJob, at: datetime.datetime) -> None:
    if job.status == ExportStatus.FAILED:
        raise ExportFailed(failure=job.failure)
    if job.status != ExportStatus.DONE:
        raise ExportNotReady(export_status=job.status)
    if job.has_expired(at) or not job.is_kept or not parts.folder(job).is_dir():
        raise ExportExpired


def _closed(job: ExportJob, at: datetime.datetime) -> set[UUID]:
    """Who is in the file and must not be written to any more."""
    if not job.channel or job.venue is None:
        return set()
    venue, channel, closed = job.venue, ConsentChannel(job.channel), set[UUID]()
    doubtful = iter(_doubtful(job, venue, channel))
    while ids := list(islice(doubtful, CHUNK)):
        closed |= set(ids) - guests.marketable(ids, venue, channel, at=at)
    return closed


def _doubtful(job: ExportJob, venue: Venue, channel: ConsentChannel) -> Iterable[UUID]:
    """Of whom something has changed since the file was begun, so that the gate has to be asked again."""
    own, since = ExportRow.objects.filter(job=job), job.fixed_at
    if changes.by_time_alone(venue) or since is None:
        return list(own.values_list("contact", flat=True))
    address = "contact__phone" if channel == ConsentChannel.SMS else "contact__email"
    told = changes.addresses_since(since, venue=venue, channel=channel)
    told |= changes.bounced_since(since, own.values_list(address, flat=True), channel=channel)
    has_changed = Q(contact__updated_at__gte=since - changes.MARGIN) | Q(contact__erase_on__isnull=False)
    in_list = Q(contact__state=ContactState.ACTIVE)
    return list(own.filter(Q(**{f"{address}__in": told}) | has_changed | ~in_list).values_list("contact", flat=True))
