"""What erasing a guest leaves of exports: a file without the guest (R-PRIV-1).

Whoever waits to be made a file of by a text that was searched for, which may name the guest, is refused: staff ask again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from crm import identity
from importexport.exporting import ending, leaving
from importexport.models import ExportJob, ExportRow
from importexport.models.exports import EXPORT_AT_WORK

# Why an export ended.
PERSON_ERASED = "person_erased"
# Held by who fixes the rows of an export, shared by who erases: neither sees yet what the other is about to write.
_FIXING = "export:rows"


def hold_off() -> None:
    """Let nobody be erased from here until the transaction ends. Taken before any row is locked."""
    identity.lock_keys([_FIXING])


def erase(contact_ids: Sequence[UUID]) -> None:
    """Waits for a worker that is fixing who is in a file, or is reading a chunk."""
    identity.share_key(_FIXING)
    own = ExportRow.objects.filter(contact__in=contact_ids).values("job")
    for job in ExportJob.objects.filter(pk__in=own).order_by("pk").select_for_update():
        leaving.drop(job, set(contact_ids))
    waiting = ExportJob.objects.filter(status__in=EXPORT_AT_WORK, fixed_at=None, filters__has_key="q")
    for job in waiting.order_by("pk").select_for_update():
        ending.fail(job, PERSON_ERASED)


def exports_of(contact_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """In which files the person stands that can still be fetched (R-PRIV-2)."""
    found = (
        ExportJob.objects.filter(is_kept=True, rows__contact__in=contact_ids).distinct().order_by("created_at", "pk")
    )
    return [{"kind": job.kind, "format": job.file_kind, "at": job.created_at} for job in found]
