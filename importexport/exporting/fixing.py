"""Who is asked about for an export, written down once: from then on nobody joins (R-IO-4)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.utils import timezone

from consent.status import ConsentChannel
from crm import filters, given_filters, listing, strict_filters
from crm.models import ContactStats
from importexport.exporting import rendering
from importexport.files.kind import FileKind
from importexport.models import ExportJob, ExportRow, ExportStatus
from tenants import rows, scope, venues

# Why no file can be made.
FILTERS_LOST, TOO_MANY_ROWS = "filters_lost", "too_many_rows"


class Impossible(Exception):
    """No file can be made of this, and why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def fix(job: ExportJob) -> None:
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
    known = [venue.currency for venue in venues.oldest_first()]
    spent = [currency for (currency,) in rows.run(_SPENT, scope.tenant_id())]
    return list(dict.fromkeys((*known, *spent)))


_SPENT = f"""
    SELECT DISTINCT jsonb_object_keys(by_currency) AS currency FROM {ContactStats._meta.db_table}
    WHERE tenant_id = $1 AND by_currency <> '{{}}' ORDER BY currency
"""  # noqa: S608 (our own table)
