"""Exports: what is asked for, on its way, and fetched (R-IO-4). The work itself is the worker's.

The filters stand in the address, as in the list that the page is reached from.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Contact
from dashboard import contact_list, context, filter_panel, pages
from dashboard.contact_list import ListState
from dashboard.export_forms import ExportForm
from importexport.exporting import erasing, fixing, handing_out, starting
from importexport.exporting.handing_out import ExportOutdated
from importexport.files.kind import CONTENT_TYPES, FileKind
from importexport.models import ExportJob, ExportKind, ExportStatus
from importexport.models.exports import EXPORT_AT_WORK
from tenants.permissions import Permission

SHOWN_JOBS = 20
TONES = {
    ExportStatus.QUEUED: "blue",
    ExportStatus.RUNNING: "blue",
    ExportStatus.DONE: "green",
    ExportStatus.FAILED: "red",
}
FAILURES = {
    fixing.FILTERS_LOST: gettext_lazy("A filter names something that is gone. Filter the contacts and export anew."),
    fixing.TOO_MANY_ROWS: gettext_lazy("More contacts than a workbook has rows: export CSV instead."),
    erasing.PERSON_ERASED: gettext_lazy("What was searched for may name a guest whose data were cleared. Export anew."),
}
FAILED = gettext_lazy("The file could not be made. Please try again; we have been told.")


@pages.page(Permission.CONTACTS_EXPORT, methods=("GET", "HEAD", "POST"))
def index(request: HttpRequest) -> HttpResponse:
    state = ListState(request.GET, request.path)
    form = ExportForm(request.POST or None, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            return pages.to(request, "export", starting.start(form.wish(state.given_filters())).pk)
    recent = ExportJob.objects.select_related("venue").order_by("-created_at", "-id")[:SHOWN_JOBS]
    shell = context.of(request)
    content = {
        "section": "exports",
        "form": form,
        "chips": list(filter_panel.chips(state)),
        "count_label": _count_label(state),
        "filter_errors": state.filters.form.errors,
        "contacts_query": state.filters_query(),
        "jobs": [_job(one, shell.venue.zone) for one in recent],
    }
    return render(request, "dashboard/exports/list.html", content, status=400 if form.errors else 200)


@pages.page(Permission.CONTACTS_EXPORT)
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = ExportJob.objects.select_related("venue").get(pk=pk)
    return render(
        request,
        "dashboard/exports/job.html",
        {"section": "exports", "job": _job(found, context.of(request).venue.zone)},
    )


@pages.page(Permission.CONTACTS_EXPORT, methods=("GET",))
def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    found = ExportJob.objects.get(pk=pk)
    kind, zone = FileKind(found.file_kind), context.of(request).venue.zone
    try:
        path = handing_out.file_of(found, at=timezone.now())
    except ExportOutdated as refusal:
        messages.info(request, str(refusal.message))
        return pages.to(request, "export", found.pk)
    of_whom, day = _("contacts"), timezone.localdate(found.created_at, zone)
    name = f"{of_whom}-{day:%Y-%m-%d}.{kind.value}"
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=CONTENT_TYPES[kind])
    answer["Cache-Control"] = "no-store"
    return answer


def _initial(request: HttpRequest) -> dict[str, Any]:
    """The report shows the consent of one venue: that of the page, unless another is named."""
    if request.GET.get("report"):
        return {"kind": ExportKind.CUSTOMER_REPORT, "venue": context.of(request).venue.pk}
    return {"kind": ExportKind.CONTACTS}


def _count_label(state: ListState) -> str:
    contacts = state.filters.qs if state.filters.is_valid() else Contact.objects.none()
    return contact_list.count_label(contacts)


def _job(job: ExportJob, zone: ZoneInfo) -> dict[str, Any]:
    status, now = ExportStatus(job.status), timezone.now()
    is_over = not job.is_kept or job.has_expired(now)
    return {
        "id": job.pk,
        "kind": ExportKind(job.kind).label,
        "format": job.file_kind.upper(),
        "who": _who(job),
        "status": status.value,
        "status_label": _("file removed") if status is ExportStatus.DONE and is_over else status.label,
        "tone": "" if is_over and status is ExportStatus.DONE else TONES[status],
        "created_at": timezone.localtime(job.created_at, zone),
        "expires_at": job.expires_at and timezone.localtime(job.expires_at, zone),
        "by": job.actor_label,
        "row_count": job.row_count,
        "progress": {"done": job.done_count, "total": job.contact_count},
        "is_busy": status in EXPORT_AT_WORK,
        "is_ready": status is ExportStatus.DONE and not is_over,
        "is_marketable": bool(job.channel),
        "failure": str(FAILURES.get(job.failure, FAILED)) if job.failure else "",
    }


def _who(job: ExportJob) -> str:
    if not job.channel or job.venue is None:
        return _("filtered") if job.is_filtered else ""
    by = {"email": _("may be written to by e-mail, %(venue)s"), "sms": _("may be written to by SMS, %(venue)s")}
    who = by[job.channel] % {"venue": job.venue.name}
    return ", ".join([who, *([_("filtered")] if job.is_filtered else [])])
