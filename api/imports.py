"""`imports/`: guest lists as files, from the upload to the file of refused rows (R-IO-1, R-IO-2, R-IO-3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import get_language
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from api import pagination, references, shape
from api.endpoint import Endpoint
from api.files import FILE_KINDS, FILE_TYPES
from api.import_document import (
    DATE_FORMATS,
    ImportDocument,
    ImportRowDocument,
    represent,
    represent_rows,
)
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from importexport import errors_file, jobs, template, uploading
from importexport.files import limits, refused
from importexport.files.encoding import Encoding
from importexport.files.kind import CONTENT_TYPES, FileKind
from importexport.models import ImportJob, ImportMode, ImportRow, ImportStatus, Outcome
from tenants import scope
from tenants.permissions import Permission

ORDERINGS = pagination.orderings(created_at=("created_at", "id"))
ROW_ORDERINGS = pagination.orderings(number=("number",))
# What the other parts of the form and their boundaries may add to the file.
_FORM_BYTES = 64 * 1024


class UploadShape(shape.QueryShape):
    """The parts of the form: all but the file arrive as text, each at most once."""

    file = serializers.FileField(allow_empty_file=True, max_length=1000)
    venue = shape.Id()
    mode = shape.Choice(choices=ImportMode.choices, required=False, default=ImportMode.UPSERT)

    class Meta:
        ref_name = "ImportUpload"


class EvidenceShape(shape.Shape):
    source = shape.Text(max_length=200)  # type: ignore[assignment]
    date = shape.Day()
    wording = shape.Text(max_length=2000)

    class Meta:
        ref_name = "ConsentEvidenceInput"


class CorrectionShape(shape.Shape):
    mapping = serializers.DictField(child=shape.OptionalText(max_length=40))
    date_format = shape.Choice(choices=DATE_FORMATS, allow_null=True)
    encoding = shape.Choice(choices=[(one.value, one.value) for one in Encoding])
    consent_evidence = EvidenceShape(allow_null=True)

    class Meta:
        ref_name = "ImportCorrection"


CORRECTION = {"mapping": {"E-mail": "email", "Data di nascita": "birthday"}, "date_format": "dmy"}


class ImportQuery(PageShape):
    status = serializers.ChoiceField(ImportStatus.choices, required=False)


class RowQuery(PageShape):
    outcome = serializers.ChoiceField(Outcome.choices, required=False)


class FileQuery(shape.QueryShape):
    format = serializers.ChoiceField(FILE_KINDS, required=False)


class ImportList(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "POST"), Permission.CONTACTS_IMPORT)
    parser_classes = (MultiPartParser,)

    @describe("List imports, newest first", query=ImportQuery, answer=pagination.listing(ImportDocument))
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(ImportQuery)
        rows = _visible().filter(**{name: value for name, value in parameters.items() if name == "status"})
        return self.page(rows, represent, by="-created_at", table=ORDERINGS, parameters=parameters)

    @describe(
        "Upload a guest list",
        description="CSV or XLSX. The answer holds the guessed `mapping`; correct it, then check or start the import.",
        body={"multipart/form-data": UploadShape},
        answer=ImportDocument,
        status=201,
    )
    def post(self, request: Request) -> HttpResponse:
        _check_length(request)
        values = self.body(UploadShape)
        file = values["file"]
        venue = references.venue(values["venue"])
        job = uploading.upload(file.chunks(), file_name=file.name, mode=ImportMode(values["mode"]), venue=venue)
        return self.answer(represent([job])[0], status=201)


class ImportDetail(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "PATCH"), Permission.CONTACTS_IMPORT)

    @describe("Follow an import", answer=ImportDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([_visible().get(pk=id)])[0])

    @describe(
        "Correct what was guessed; takes back a dry run",
        body=CorrectionShape,
        answer=ImportDocument,
        example=CORRECTION,
    )
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        job = _visible().get(pk=id)
        job = jobs.correct(job, self.body(CorrectionShape, partial=True))
        return self.answer(represent([job])[0])


class _Action(Endpoint):
    """A POST that hands the import on and answers before the work is done."""

    required: ClassVar[Required] = {"POST": Permission.CONTACTS_IMPORT}

    def _hand_on(self, id: UUID, act: Callable[[ImportJob], ImportJob]) -> HttpResponse:
        job = _visible().get(pk=id)
        self.empty_body()
        return self.answer(represent([act(job)])[0], status=202)


class ImportCheck(_Action):
    @describe("Judge every row without changing anything", answer=ImportDocument, status=202)
    def post(self, request: Request, id: UUID) -> HttpResponse:
        return self._hand_on(id, jobs.check)


class ImportStart(_Action):
    @describe("Run the import in the worker", answer=ImportDocument, status=202)
    def post(self, request: Request, id: UUID) -> HttpResponse:
        return self._hand_on(id, jobs.start)


class ImportCancel(_Action):
    @describe("Stop; what was taken in so far stays", answer=ImportDocument, status=202)
    def post(self, request: Request, id: UUID) -> HttpResponse:
        return self._hand_on(id, jobs.cancel)


class ImportRowList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_IMPORT}

    @describe(
        "What became of every row, or would in a dry run",
        query=RowQuery,
        answer=pagination.listing(ImportRowDocument),
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        job = _visible().get(pk=id)
        parameters = self.query(RowQuery)
        rows: QuerySet[ImportRow] = ImportRow.objects.filter(job=job, chunk__lt=job.next_chunk)
        if "outcome" in parameters:
            rows = rows.filter(outcome=parameters["outcome"])
        return self.page(
            rows, lambda found: represent_rows(found, job), by="number", table=ROW_ORDERINGS, parameters=parameters
        )


class ImportErrors(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_IMPORT}

    @describe(
        "The refused rows with their reasons, to correct and upload as it is",
        query=FileQuery,
        answer=bytes,
        media=FILE_TYPES,
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        job = _visible().get(pk=id)
        kind = FileKind(self.query(FileQuery).get("format", job.file_kind))
        return _download(errors_file.build(job, kind), kind, name="refused-rows")


class ImportTemplate(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_IMPORT}

    @describe(
        "A template that names the required columns and shows an example",
        query=FileQuery,
        answer=bytes,
        media=FILE_TYPES,
    )
    def get(self, request: Request) -> HttpResponse:
        kind = FileKind(self.query(FileQuery).get("format", FileKind.XLSX))
        return _download(template.build(kind, language=get_language() or "en"), kind, name="guests")


def _visible() -> QuerySet[ImportJob]:
    """All imports, or those of the venue that the key is bound to."""
    bound = scope.actor().venue_id
    rows: QuerySet[ImportJob] = ImportJob.objects.select_related("venue")
    return rows if bound is None else rows.filter(venue=bound)


def _check_length(request: Request) -> None:
    """Refuses by the declared length, before the body is read."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if declared.isdigit() and int(declared) > limits.MAX_CSV_BYTES + _FORM_BYTES:
        raise refused.UploadTooLarge(limit_bytes=limits.MAX_CSV_BYTES)


def _download(content: bytes, kind: FileKind, *, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=CONTENT_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind.value}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
