"""The tables of files that come in and files that go out."""

from importexport.models.exports import EXPORT_LEASES, ExportJob, ExportKind, ExportRow, ExportStatus
from importexport.models.imports import (
    AT_WORK,
    LEASES,
    ImportJob,
    ImportMode,
    ImportRow,
    ImportStatus,
    Outcome,
)

__all__ = [
    "AT_WORK",
    "EXPORT_LEASES",
    "LEASES",
    "ExportJob",
    "ExportKind",
    "ExportRow",
    "ExportStatus",
    "ImportJob",
    "ImportMode",
    "ImportRow",
    "ImportStatus",
    "Outcome",
]
