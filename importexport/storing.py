"""Uploaded files on disk: one folder per tenant, readable by nobody but the installation's own user (R-PRIV-3)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from importexport.files import limits, refused
from importexport.models import ImportJob
from tenants import scope


def path_of(job: ImportJob) -> Path:
    """Where the file of this import lies. Raises FileMissing."""
    path = _folder(job.owner_id) / str(job.pk)
    if not path.is_file():
        raise refused.FileMissing
    return path


def store(job_id: UUID, parts: Iterable[bytes]) -> Path:
    """Write the upload of the tenant in force; raises FileTooLarge, and leaves nothing behind then."""
    path = _made(_folder(scope.tenant_id())) / str(job_id)
    size = 0
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for part in parts:
                size += len(part)
                _check_size(size)
                file.write(part)
    except BaseException:
        remove(path)
        raise
    return path


def _check_size(size: int) -> None:
    """The larger of the limits; what the file turns out to be is judged later."""
    limit = max(limits.MAX_CSV_BYTES, limits.MAX_XLSX_BYTES)
    if size > limit:
        raise refused.UploadTooLarge(limit_bytes=limit)


def forget(job: ImportJob) -> None:
    """Remove the file of an import that is over, once that is committed: its rows lie in the database by then."""
    path = _folder(job.owner_id) / str(job.pk)
    transaction.on_commit(lambda: remove(path), robust=True)


def remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def _folder(tenant_id: UUID) -> Path:
    return Path(settings.FILES_ROOT) / str(tenant_id) / "imports"


def _made(folder: Path) -> Path:
    for one in (folder.parent.parent, folder.parent, folder):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
