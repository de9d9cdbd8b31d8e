"""The parts of an export on disk, a chunk each, and the file made of them (R-IO-4, R-PRIV-3).

The parts are what is true: whoever must not be in the file any more is taken out of them, and the file is made anew. They
lie in a folder of their own for each export, readable by nobody but the installation's own user. A part is written whole or
not at all, and written again it is the same.
"""

from __future__ import annotations

import bisect
import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from importexport.models import ExportJob

Cells = list[Any]
_FILE = "file"


def write(job: ExportJob, after: int, lines: Iterable[tuple[UUID, Cells]]) -> None:
    """Write down what the chunk after this row says: the contact of each row, and its cells."""
    text = "".join(f"{json.dumps([str(contact_id), *cells])}\n" for contact_id, cells in lines)
    make_folder(job)
    path = folder(job) / f"{after:09}"
    _write_whole(path, text)


def chunks(job: ExportJob) -> Iterator[list[Cells]]:
    """The rows of one part after the other."""
    for path in _parts(job):
        yield [cells for _contact_id, *cells in _lines(path)]


def drop(job: ExportJob, contact_ids: Collection[UUID], numbers: Iterable[int]) -> None:
    """Take these contacts, whose rows have these numbers, out of the parts. The job is locked."""
    gone = {str(one) for one in contact_ids}
    for path in _parts_with(job, numbers):
        lines = path.read_text().splitlines(keepends=True)
        kept = [line for line in lines if json.loads(line)[0] not in gone]
        if len(kept) < len(lines):
            _write_whole(path, "".join(kept))


def remove_file(job: ExportJob) -> None:
    """Remove all that was made of the parts, finished or not."""
    for path in set(folder(job).glob("*")) - set(_parts(job)):
        path.unlink(missing_ok=True)


def remove(job: ExportJob) -> None:
    """Remove all that lies on disk of an export."""
    shutil.rmtree(folder(job), ignore_errors=True)


def file_of(job: ExportJob) -> Path:
    """Where the finished file lies, once it is made."""
    return folder(job) / _FILE


def folder(job: ExportJob) -> Path:
    return root(job.owner_id) / str(job.pk)


def make_folder(job: ExportJob) -> None:
    path = folder(job)
    for one in (*reversed(path.parents[:3]), path):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)


def root(tenant_id: UUID) -> Path:
    """The folder of all exports of a tenant."""
    return Path(settings.FILES_ROOT) / str(tenant_id) / "exports"


def _parts(job: ExportJob) -> list[Path]:
    return sorted(path for path in folder(job).glob("[0-9]*") if path.name.isdigit())


def _parts_with(job: ExportJob, numbers: Iterable[int]) -> list[Path]:
    """The parts that rows of these numbers stand in, as far as they are written: each is named for the row before it."""
    paths = _parts(job)
    begins = [int(path.name) for path in paths]
    places = {bisect.bisect_left(begins, number) - 1 for number in numbers}
    return [paths[place] for place in sorted(places) if place >= 0]


def _lines(path: Path) -> Iterator[list[Any]]:
    with path.open() as file:
        yield from map(json.loads, file)


def _write_whole(path: Path, text: str) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)
