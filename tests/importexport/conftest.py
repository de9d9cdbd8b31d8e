"""An import as a test sees it: a file goes in, the worker's code runs here, outcomes come out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from importexport import jobs, running, uploading
from importexport.models import ImportJob, ImportMode, ImportRow
from tests.personas import Place

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(autouse=True)
def _files_in_a_folder_of_their_own(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


class Importer:
    """Imports into one tenant, outside any scope, as the worker does."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def upload(self, data: bytes | str, *, mode: str = ImportMode.UPSERT, name: str = "clienti.csv") -> ImportJob:
        content = data.encode() if isinstance(data, str) else data
        with self.place.enter():
            return uploading.upload([content], file_name=name, mode=ImportMode(mode), venue=self.place.venue)

    def act(self, verb: Callable[[ImportJob], ImportJob], job: ImportJob) -> ImportJob:
        with self.place.enter():
            verb(job)
        return self.finish(job)

    def finish(self, job: ImportJob) -> ImportJob:
        """Work like a worker until nothing is left to do."""
        while running.work(self.place.id, job.pk, holder=str(uuid7())):
            pass
        found = self.fresh(job)
        assert found.attempt_count == 0, "the worker stumbled; see the log"
        return found

    def fresh(self, job: ImportJob) -> ImportJob:
        with self.place.enter():
            return ImportJob.objects.get(pk=job.pk)

    def run(self, data: bytes | str, **options: Any) -> ImportJob:
        return self.act(jobs.start, self.upload(data, **options))

    def check(self, data: bytes | str, **options: Any) -> ImportJob:
        return self.act(jobs.check, self.upload(data, **options))

    def sample(self, name: str) -> ImportJob:
        return self.run((SAMPLES / name).read_bytes(), name=name)

    def outcomes(self, job: ImportJob) -> list[tuple[int, str, list[tuple[str, str | None]]]]:
        """(row number, outcome, [(reason, field)]) of every row."""
        with self.place.enter():
            rows = ImportRow.objects.filter(job=job).order_by("number").values_list("number", "outcome", "reasons")
            return [(number, done, [(one["code"], one["field"]) for one in why]) for number, done, why in rows]

    def reasons(self, job: ImportJob) -> dict[int, list[tuple[str, str | None]]]:
        return {number: why for number, _outcome, why in self.outcomes(job) if why}


@pytest.fixture
def importer(commits, trattoria) -> Importer:
    return Importer(trattoria)


@pytest.fixture
def key(trattoria, bearer, commits):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    """A guest of exports."""
    guest = {"first_name": "Anna", "last_name": "Bianchi", "email": "anna@example.com", "phone": "333 123 4567"}
    return key.post("contacts/", {**guest, "language": "it", "birthday": "--12-17"}).json()["id"]
