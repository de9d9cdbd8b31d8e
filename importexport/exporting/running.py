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

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.utils import timezone, translation

from audit import recording
from audit.actions import Action
from consent.status import ConsentChannel
from crm import filters, given_filters, listing, strict_filters
from crm.editing import home_venue
from crm.models import ContactStats
from importexport.exporting import columns, erasing, forgetting, guests, making, parts, rendering
from importexport.files.kind import FileKind
from importexport.models import EXPORT_LEASES, ExportJob, ExportRow, ExportStatus
from tenants import rows, scope
from tenants.leasing import LeaseLost
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.scope import Actor, ActorKind

logger = logging.getLogger(__name__)

# A task rings for the next one before the broker takes it for lost (visibility timeout 30 s).
TASK_SECONDS = 15.0
MAX_ATTEMPTS = 5
# Contacts in a chunk, which is one transaction and one part of the file.
CHUNK = 1_000
# How long the finished file can be fetched.
KEPT_FOR = datetime.timedelta(hours=24)
# Why an export failed.
FILTERS_LOST, TOO_MANY_ROWS, INTERNAL = "filters_lost", "too_many_rows", "internal_error"


class Impossible(Exception):
    """No file can be made of this, and why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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
    except Impossible as reason:
        with suppress(LeaseLost), scope.enter(tenant_id, actor):
            _fail(EXPORT_LEASES.held(job_id, holder), reason.code)
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
            _fix(EXPORT_LEASES.held(job.pk, holder), holder)
    while time.monotonic() < deadline:
        if not _next_chunk(job, holder=holder, actor=actor):
            _make_file(job, holder=holder, actor=actor)
            return False
    with scope.enter(job.owner_id, actor):
        EXPORT_LEASES.release(EXPORT_LEASES.held(job.pk, holder))
    return True


def _fix(job: ExportJob, holder: str) -> None:
    """Write down who is asked about, in the order of the list; from then on a change is one since the file was begun. A text
    that was searched for is not kept any longer. In currencies that come later nothing is told.

    Raises Impossible when a filter has lost what it names, and for more rows than a workbook has.
    """
    job.fixed_at = timezone.now()
    # A segment may have been changed since.
    job.holds_health |= given_filters.ask_for_allergies(job.filters)
    found = filters.filtered_by_given(listing.active(), strict_filters.as_query(job.filters))
    if not found.is_valid():
        raise Impossible(FILTERS_LOST)
    job.contact_count = _write_rows(job, found.qs)
    if job.file_kind == FileKind.XLSX and job.contact_count > rendering.MOST_ROWS:
        raise Impossible(TOO_MANY_ROWS)
    job.currencies = _currencies()
    job.regime = job.venue.consent_regime if job.venue is not None else ""
    job.status, job.filters = ExportStatus.RUNNING, _without_search(job.filters)
    job.save(update_fields=["contact_count", "currencies", "regime", "status", "fixed_at", "filters", "holds_health"])
    EXPORT_LEASES.hold(job.pk, holder)


def _write_rows(job: ExportJob, contacts: filters.Contacts) -> int:
    try:
        asked = contacts.order_by("sort_name", "pk").values_list("pk", _ADDRESSES[job.channel])
        select, values = asked.query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(select=select), [job.owner_id, job.pk, *values])
        count: int = cursor.rowcount
        return count


_ROWS = (
    f"INSERT INTO {ExportRow._meta.db_table} (tenant_id, job_id, number, contact_id, address) "  # noqa: S608 (our own table; the select is composed by the ORM)
    "SELECT %s, %s, row_number() OVER (), contact_id, address FROM ({select}) AS chosen (contact_id, address)"
)
_ADDRESSES: dict[str, Combinable] = {
    "": Value(""),
    ConsentChannel.EMAIL.value: F("email"),
    ConsentChannel.SMS.value: F("phone"),
}


def _without_search(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "q"}


def _currencies() -> list[str]:
    """Those of the venues, the home's first, and those in which somebody ever spent."""
    known = [home_venue().currency, *Venue.objects.order_by("created_at", "id").values_list("currency", flat=True)]
    spent = [currency for (currency,) in rows.run(_SPENT, scope.tenant_id())]
    return list(dict.fromkeys((*known, *spent)))


_SPENT = f"""
    SELECT DISTINCT jsonb_object_keys(by_currency) AS currency FROM {ContactStats._meta.db_table}
    WHERE tenant_id = $1 AND by_currency <> '{{}}' ORDER BY currency
"""  # noqa: S608 (our own table)


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
                _finish(held)
                return


def _renew(job: ExportJob, holder: str, actor: Actor, for_at_least: datetime.timedelta) -> None:
    with scope.enter(job.owner_id, actor):
        replace(EXPORT_LEASES, lease=for_at_least).hold(job.pk, holder)


def _finish(job: ExportJob) -> None:
    job.status, job.expires_at = ExportStatus.DONE, job.expires_at or timezone.now() + KEPT_FOR
    _let_go(job)
    recording.record(Action.EXPORT_FINISHED, job, after={"rows": job.row_count}, venue_id=job.venue_id)


def _stumble(job: ExportJob) -> None:
    """Let the sweeper ring again, since most failures pass; give up on one that stays."""
    job.attempt_count += 1
    job.save(update_fields=["attempt_count"])
    if job.attempt_count >= MAX_ATTEMPTS:
        _fail(job, INTERNAL)
    else:
        EXPORT_LEASES.release(job)


def _fail(job: ExportJob, code: str) -> None:
    job.status, job.failure = ExportStatus.FAILED, code
    _let_go(job)
    forgetting.forget(job)
    recording.record(Action.EXPORT_FAILED, job, after={"failure": code}, venue_id=job.venue_id)


def _let_go(job: ExportJob) -> None:
    job.finished_at, job.lease_holder, job.lease_until = timezone.now(), "", None
    job.save(update_fields=["status", "failure", "finished_at", "expires_at", "lease_holder", "lease_until"])


def _on_behalf_of(job: ExportJob) -> Actor:
    """The worker acts under the name of who asked for the export, so that the audit log says whose work it is."""
    label = f"{job.actor_label} (export)" if job.actor_label else "export"
    return Actor(kind=ActorKind.WORKER, id=job.actor_id, label=label, permissions=frozenset(Permission))
