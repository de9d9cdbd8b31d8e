"""What an export looks like from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from api.files import FILE_KINDS
from api.import_document import ProgressDocument
from consent.status import ConsentChannel
from importexport.exporting import columns
from importexport.models import ExportJob, ExportKind, ExportStatus

COLUMN_KEYS = [(key, key) for key in columns.FURTHER]


class MarketableDocument(serializers.Serializer[Any]):
    venue = serializers.UUIDField()
    channel = serializers.ChoiceField(ConsentChannel.choices)

    class Meta:
        ref_name = "Marketable"


class ExportDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(ExportKind.choices)
    format = serializers.ChoiceField(FILE_KINDS)
    status = serializers.ChoiceField(ExportStatus.choices)
    progress = ProgressDocument(help_text="Contacts asked about; with `marketable`, fewer may stand in the file.")
    venue = serializers.UUIDField(allow_null=True, help_text="Whose consents the file tells; null: of all venues.")
    marketable = MarketableDocument(allow_null=True)
    columns = serializers.ListField(child=serializers.ChoiceField(COLUMN_KEYS), help_text="The further ones.")
    row_count = serializers.IntegerField(help_text="Guests in the file; fewer when one unsubscribed since.")
    failure = serializers.CharField(allow_null=True)
    download = serializers.CharField(allow_null=True, help_text="Where the file is to be fetched, until `expires_at`.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Export"


def represent(rows: Sequence[ExportJob]) -> list[dict[str, Any]]:
    return [_job(job) for job in rows]


def _job(job: ExportJob) -> dict[str, Any]:
    is_ready = job.status == ExportStatus.DONE and job.is_kept
    return {
        "id": job.pk,
        "kind": job.kind,
        "format": job.file_kind,
        "status": job.status,
        "progress": {"done": job.done_count, "total": job.contact_count},
        "venue": job.venue_id,
        "marketable": {"venue": job.venue_id, "channel": job.channel} if job.channel else None,
        "columns": job.columns,
        "row_count": job.row_count,
        "failure": job.failure or None,
        "download": f"/api/v1/exports/{job.pk}/download/" if is_ready else None,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "expires_at": job.expires_at,
    }
