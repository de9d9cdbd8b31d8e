"""Making the file of an export of its parts: by the worker, and again when somebody was taken out of them (R-IO-4)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from consent.status import ConsentChannel
from crm.editing import home_venue
from importexport.exporting import columns, parts, rendering
from importexport.exporting.columns import Column, Layout
from importexport.files.kind import FileKind
from importexport.models import ExportJob, ExportKind
from tenants import leasing
from tenants.models import Venue

Renew = Callable[[datetime.timedelta], None]
# What closing a workbook takes for each of its rows, many times over.
CLOSING = datetime.timedelta(milliseconds=1)


def make(job: ExportJob, laid_out: Sequence[Column], *, renew: Renew = lambda _for_at_least: None) -> None:
    """What a killed worker left unfinished goes first. `renew` is called before each step with how long it may take."""
    parts.make_folder(job)
    parts.remove_file(job)
    rendering.write(parts.file_of(job), FileKind(job.file_kind), laid_out, _chunks(job, renew))


def layout(job: ExportJob) -> list[Column]:
    """The columns of the file, in the language in force."""
    channel = ConsentChannel(job.channel) if job.channel else ConsentChannel.EMAIL
    zone = (job.venue or home_venue()).zone
    how = Layout(job.language.partition("-")[0], venues(job), channel, job.currencies, zone)
    return columns.of(ExportKind(job.kind), job.columns, how)


def venues(job: ExportJob) -> list[Venue]:
    """Those whose consents the file tells."""
    return [job.venue] if job.venue is not None else list(Venue.objects.order_by("name", "id"))


def _chunks(job: ExportJob, renew: Renew) -> Iterator[list[list[Any]]]:
    for rows in parts.chunks(job):
        renew(leasing.LEASE)
        yield rows
    renew(leasing.LEASE + CLOSING * job.row_count)
