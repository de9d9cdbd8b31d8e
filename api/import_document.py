"""What an import and its rows look like from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from importexport import columns, health_cells
from importexport.dates import DateFormat
from importexport.models import ImportJob, ImportMode, ImportRow, ImportStatus, Outcome
from importexport.reasons import Reason, ReasonCode

COLUMN_KEYS = [(column.key, column.key) for column in columns.COLUMNS]
DATE_FORMATS = [(one.value, one.value) for one in DateFormat]


class ImportFieldDocument(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_key = serializers.BooleanField(help_text="One of these must be mapped.")

    class Meta:
        ref_name = "ImportField"


class ProgressDocument(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField()

    class Meta:
        ref_name = "Progress"


class ImportCountsDocument(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    skipped = serializers.IntegerField()
    rejected = serializers.IntegerField()

    class Meta:
        ref_name = "ImportCounts"


class ConsentEvidenceDocument(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]
    date = serializers.DateField()
    wording = serializers.CharField()

    class Meta:
        ref_name = "ConsentEvidence"


class ImportDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(ImportStatus.choices)
    mode = serializers.ChoiceField(ImportMode.choices)
    venue = serializers.UUIDField()
    file_name = serializers.CharField()
    format = serializers.CharField(help_text="csv or xlsx, judged by the content.")
    encoding = serializers.CharField(allow_null=True)
    columns = serializers.ListField(child=serializers.CharField(), help_text="The headings of the file.")
    sample = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    mapping = serializers.DictField(child=serializers.CharField(), help_text="Heading to field; the rest is ignored.")
    available_fields = ImportFieldDocument(many=True)
    date_format = serializers.ChoiceField(DATE_FORMATS, allow_null=True, help_text="Chosen, or proven by the file.")
    date_format_needed = serializers.BooleanField()
    consent_evidence = ConsentEvidenceDocument(allow_null=True)
    progress = ProgressDocument()
    counts = ImportCountsDocument()
    noted_count = serializers.IntegerField(help_text="Rows with something to say, refused or not.")
    failure = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Import"


class ImportReasonDocument(serializers.Serializer[Any]):
    code = serializers.ChoiceField([(code.value, code.value) for code in ReasonCode])
    field = serializers.CharField(allow_null=True)
    value = serializers.CharField()
    detail = serializers.CharField()

    class Meta:
        ref_name = "ImportReason"


class ImportRowDocument(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="As a spreadsheet counts: the headings are row 1.")
    outcome = serializers.ChoiceField(Outcome.choices)
    contact = serializers.UUIDField(allow_null=True)
    cells = serializers.ListField(child=serializers.CharField())
    reasons = ImportReasonDocument(many=True)

    class Meta:
        ref_name = "ImportRow"


def represent(rows: Sequence[ImportJob]) -> list[dict[str, Any]]:
    return [_job(job) for job in rows]


def represent_rows(rows: Sequence[ImportRow], job: ImportJob) -> list[dict[str, Any]]:
    return [
        {
            "number": row.number,
            "outcome": row.outcome,
            "contact": row.contact_id,
            "cells": health_cells.shown(row.cells, job),
            "reasons": [_reason(Reason.from_json(reason)) for reason in row.reasons],
        }
        for row in rows
    ]


def _job(job: ImportJob) -> dict[str, Any]:
    return {
        "id": job.pk,
        "status": job.status,
        "mode": job.mode,
        "venue": job.venue_id,
        "file_name": job.file_name,
        "format": job.file_kind,
        "encoding": job.encoding or None,
        "columns": job.headings,
        "sample": job.sample,
        "mapping": job.mapping,
        "available_fields": [_field(column) for column in columns.COLUMNS],
        "date_format": job.date_format or job.dates.date_format,
        "date_format_needed": job.needs_date_format,
        "consent_evidence": job.consent_evidence,
        "progress": {"done": job.done_count, "total": job.row_count},
        "counts": job.counts,
        "noted_count": job.noted_count,
        "failure": job.failure or None,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def _field(column: columns.Column) -> dict[str, Any]:
    return {"key": column.key, "label": str(column.label), "is_key": column.is_key}


def _reason(reason: Reason) -> dict[str, Any]:
    return {**reason.to_json(), "detail": reason.text}
