"""The import wizard: upload, columns, check, run (R-IO-1, R-IO-2). The work itself is the worker's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dashboard import context, pages
from dashboard.import_forms import CorrectionForm, UploadForm
from dashboard.templatetags.coperto import quoted
from importexport import columns, erasing, errors_file, jobs, template, uploading
from importexport.files.kind import CONTENT_TYPES, FileKind
from importexport.jobs import DateFormatNeeded
from importexport.models import AT_WORK, ImportJob, ImportMode, ImportRow, ImportStatus, Outcome
from importexport.reasons import Reason
from tenants.permissions import Permission

BOTH = ("GET", "HEAD", "POST")
SHOWN_JOBS = 20
SHOWN_ROWS = 100
TONES = {
    ImportStatus.CHECKED: "blue",
    ImportStatus.RUNNING: "blue",
    ImportStatus.CHECKING: "blue",
    ImportStatus.DONE: "green",
    ImportStatus.FAILED: "red",
}
OUTCOME_TONES = {Outcome.REJECTED: "red", Outcome.SKIPPED: "amber", Outcome.CREATED: "green", Outcome.UPDATED: "blue"}
CONSENT_FIELDS = frozenset({"marketing_consent", "email_consent", "sms_consent"})
FAILED = gettext_lazy("The file could not be read to its end. Nothing more was imported; upload it again.")
ERASED = gettext_lazy(
    "The file named a guest whose personal data were cleared, and is gone. Upload the list without the guest."
)


@pages.page(Permission.CONTACTS_IMPORT, methods=BOTH)
def index(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, initial={"venue": context.of(request).venue.pk})
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            return pages.to(request, "import_mapping", _upload(form).pk)
    recent = ImportJob.objects.order_by("-created_at", "-id")[:SHOWN_JOBS]
    content = {"section": "imports", "form": form, "jobs": [_job(one) for one in recent]}
    return render(request, "dashboard/imports/list.html", content, status=400 if form.errors else 200)


@pages.page(Permission.CONTACTS_IMPORT, methods=BOTH)
def mapping(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = ImportJob.objects.get(pk=pk)
    form = CorrectionForm(request.POST or None, job=job)
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form, _field_names(job)):
            return _corrected(request, jobs.correct(job, form.changes()))
    if job.status not in (ImportStatus.UPLOADED, ImportStatus.CHECKED):
        return pages.to(request, "import", job.pk)
    return _show_mapping(request, job, form)


@pages.page(Permission.CONTACTS_IMPORT)
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The check, the run and its result. A file nobody has looked at yet goes back to its columns: it is not checked."""
    found = ImportJob.objects.get(pk=pk)
    if found.status == ImportStatus.UPLOADED:
        return pages.to(request, "import_mapping", found.pk)
    content = {
        "section": "imports",
        "job": _job(found),
        "step": 3 if found.status in (ImportStatus.CHECKING, ImportStatus.CHECKED) else 4,
        "rows": [] if found.status in AT_WORK else _rows_with_reasons(found),
        "has_errors": bool(found.rejected_count) and found.status not in AT_WORK,
    }
    return render(request, "dashboard/imports/job.html", content)


@pages.act(Permission.CONTACTS_IMPORT)
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    return pages.to(request, "import", jobs.start(ImportJob.objects.get(pk=pk)).pk)


@pages.act(Permission.CONTACTS_IMPORT)
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    return pages.to(request, "import", jobs.cancel(ImportJob.objects.get(pk=pk)).pk)


@pages.page(Permission.CONTACTS_IMPORT)
def errors(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The refused rows with a column that says why, in the kind of the upload."""
    found = ImportJob.objects.get(pk=pk)
    kind = FileKind(found.file_kind)
    name = _("refused")
    return _file(errors_file.build(found, kind), kind, f"{name}-{found.pk}")


@pages.page(Permission.CONTACTS_IMPORT)
def template_file(request: HttpRequest) -> HttpResponse:
    return _file(template.build(FileKind.XLSX, language=get_language() or "en"), FileKind.XLSX, "coperto")


def _upload(form: UploadForm) -> ImportJob:
    values = form.cleaned_data
    file = values["file"]
    return uploading.upload(file.chunks(), file_name=file.name, mode=ImportMode(values["mode"]), venue=values["venue"])


def _corrected(request: HttpRequest, job: ImportJob) -> HttpResponse:
    """Saved; then either the same page, or the check. A question still open leads back to it."""
    if request.POST.get("act") != "check":
        messages.success(request, _("Saved."))
        return pages.to(request, "import_mapping", job.pk)
    try:
        return pages.to(request, "import", jobs.check(job).pk)
    except DateFormatNeeded as refusal:
        messages.error(request, str(refusal.message))
        return pages.to(request, "import_mapping", job.pk)


def _field_names(job: ImportJob) -> dict[str, str]:
    return {f"mapping.{heading}": f"column_{index}" for index, heading in enumerate(job.headings)}


def _show_mapping(request: HttpRequest, job: ImportJob, form: CorrectionForm) -> HttpResponse:
    content = {
        "section": "imports",
        "job": _job(job),
        "form": form,
        "columns": form.columns(),
        "date_question": {"sample": _ambiguous_sample(job)} if job.needs_date_format or job.date_format else None,
        "has_consent": bool(CONSENT_FIELDS & set(job.mapping.values())),
    }
    return render(request, "dashboard/imports/mapping.html", content, status=400 if form.errors else 200)


def _ambiguous_sample(job: ImportJob) -> str:
    """A date of the file's first rows, to show what the question is about."""
    places = [
        job.headings.index(heading)
        for heading, key in job.mapping.items()
        if columns.BY_KEY[key].is_date and job.date_evidence.get(heading, {}).get("has_open")
    ]
    cells = (row[place] for place in places for row in job.sample if place < len(row))
    return next((cell for cell in cells if cell), "03/04/2026")


def _rows_with_reasons(job: ImportJob) -> list[dict[str, Any]]:
    """The first rows with something to say, refused ones before the others."""
    rows = list(ImportRow.objects.filter(job=job, outcome=Outcome.REJECTED).order_by("number")[:SHOWN_ROWS])
    noted = ImportRow.objects.filter(job=job).exclude(reasons=[]).exclude(outcome=Outcome.REJECTED)
    rows += noted.order_by("number")[: SHOWN_ROWS - len(rows)]
    return [_row(row, job) for row in rows]


def _row(row: ImportRow, job: ImportJob) -> dict[str, Any]:
    outcome = Outcome(row.outcome or Outcome.UNCHANGED)
    return {
        "number": row.number,
        "who": _who(row, job),
        "outcome_label": _("refused") if outcome is Outcome.REJECTED else outcome.label,
        "tone": OUTCOME_TONES.get(outcome, ""),
        "reasons": [_sentence(Reason.from_json(reason)) for reason in row.reasons],
    }


def _who(row: ImportRow, job: ImportJob) -> str:
    """What names the guest in the file: names, else the e-mail or phone as it stands there."""
    cells = dict(zip(job.headings, row.cells, strict=False))
    by_key = {key: cells.get(heading, "") for heading, key in job.mapping.items()}
    names = " ".join(by_key.get(name, "") for name in ("first_name", "last_name", "full_name")).strip()
    return names or by_key.get("email") or by_key.get("phone") or ""


def _sentence(reason: Reason) -> str:
    """The field and the cell it is about, then what is wrong with it."""
    label = str(columns.BY_KEY[reason.field].label) if reason.field and reason.field in columns.BY_KEY else ""
    about = " ".join(part for part in (label, quoted(reason.value) if reason.value else "") if part)
    return _("%(about)s: %(reason)s") % {"about": about, "reason": reason.text} if about else reason.text


def _job(job: ImportJob) -> dict[str, Any]:
    status = ImportStatus(job.status)
    is_open = status in (ImportStatus.UPLOADED, ImportStatus.CHECKED)
    return {
        "id": job.pk,
        "file_name": job.file_name,
        "status": status.value,
        "status_label": status.label,
        "tone": TONES.get(status, ""),
        "created_at": job.created_at,
        "row_count": job.row_count,
        "counts": job.counts,
        "progress": {"done": job.done_count, "total": job.row_count},
        "is_busy": status in AT_WORK,
        "can_start": is_open,
        "can_map": is_open,
        "can_cancel": is_open or status in AT_WORK,
        "failure": _failure(job),
    }


def _failure(job: ImportJob) -> str:
    if job.failure == erasing.PERSON_ERASED:
        return str(ERASED)
    return str(FAILED) if job.failure else ""


def _file(content: bytes, kind: FileKind, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=CONTENT_TYPES[kind])
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.{kind.value}") or ""
    answer["Cache-Control"] = "no-store"
    return answer
