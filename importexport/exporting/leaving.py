"""Taking contacts out of a file that was made or is being made (R-CONSENT-3, R-PRIV-1).

What lies on disk changes at once, whatever becomes of the transaction: a file may then lack somebody who could have stayed,
but never holds somebody who had to go.
"""

from __future__ import annotations

from uuid import UUID

from importexport.exporting import parts
from importexport.models import ExportJob, ExportRow, ExportStatus


def drop(job: ExportJob, contact_ids: set[UUID]) -> None:
    """Take these contacts out of an export, which is locked: out of its rows, its parts and its file."""
    if not contact_ids:
        return
    own = ExportRow.objects.filter(job=job, contact__in=contact_ids)
    parts.drop(job, contact_ids, list(own.values_list("number", flat=True)))
    own.delete()
    if job.status == ExportStatus.DONE:
        # While it is made, its worker sees that somebody is missing, and makes it again.
        parts.remove_file(job)
    job.row_count = ExportRow.objects.filter(job=job, number__lte=job.done_count).count()
    job.save(update_fields=["row_count"])
