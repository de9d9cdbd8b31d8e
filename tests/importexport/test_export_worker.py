"""R-IO-4: a worker killed at any point is followed by one that makes the same file. Real processes, real kill."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from importexport.exporting import running, starting
from importexport.exporting.starting import Wish
from importexport.files.kind import FileKind
from importexport.models import EXPORT_LEASES, ExportJob, ExportKind
from tenants.leasing import Leases
from tests import workers
from tests.importexport.exports import asked, emails_of, records, worked
from tests.importexport.test_worker import Killed, guest_list

GUESTS = 5_000


def fresh(place, pk):
    with place.enter():
        return ExportJob.objects.get(pk=pk)


def wait_until(place, pk, reached, *, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = fresh(place, pk)
        if reached(found):
            return found
        time.sleep(0.05)
    pytest.fail(f"still {found.status} with {found.done_count} contacts after {seconds} s")


def test_an_export_survives_the_kill_of_its_worker(importer, key, settings, tmp_path):
    importer.run(guest_list(GUESTS))
    settings.FILES_ROOT = tmp_path / "files"
    with workers.programs(tmp_path) as celery:
        first = workers.worker(celery)
        with importer.place.enter():
            job = starting.start(Wish(ExportKind.CONTACTS, FileKind.XLSX))
        wait_until(importer.place, job.pk, lambda found: found.done_count > 0)

        workers.kill(first)
        assert fresh(importer.place, job.pk).status == "running"
        workers.worker(celery)
        workers.beat(celery)
        done = wait_until(importer.place, job.pk, lambda found: found.status == "done")

    assert (done.row_count, done.done_count) == (GUESTS, GUESTS)
    assert len(set(emails_of(key, str(job.pk), FileKind.XLSX))) == GUESTS


@pytest.mark.parametrize("after", range(1, 9))
def test_wherever_the_work_breaks_off_another_worker_finishes_it(importer, key, monkeypatch, after):
    """The first worker dies at its n-th look at the lease: before or within fixing, each chunk and the file."""
    monkeypatch.setattr("importexport.exporting.running.CHUNK", 2)
    importer.run(guest_list(5))
    place, pk = importer.place, asked(key)
    hold, calls = Leases.hold, iter(range(1, 100))

    def dying_hold(leases, job_id, holder):
        if next(calls) == after:
            raise Killed
        hold(leases, job_id, holder)

    monkeypatch.setattr(Leases, "hold", dying_hold)
    with pytest.raises(Killed):
        running.work(place.id, UUID(pk), holder="first")
    monkeypatch.setattr(Leases, "hold", hold)

    assert running.work(place.id, UUID(pk), holder="second") is False
    assert fresh(place, pk).lease_holder == "first"
    with place.enter():
        ExportJob.objects.update(lease_until="2020-01-01T00:00:00Z")
    assert EXPORT_LEASES.due() == [(place.id, UUID(pk))]

    assert worked(place, pk).row_count == 5
    assert [row["First name"] for row in records(key, pk)] == [f"Nome{number}" for number in range(5)]
    assert {path.name for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file()} == {
        *("000000000", "000000002", "000000004", "file")
    }


def test_a_worker_that_lost_its_lease_leaves_the_rest_to_the_other(importer, key):
    importer.run(guest_list(3))
    place, pk = importer.place, asked(key)
    with place.enter():
        EXPORT_LEASES.take(UUID(pk), "first")
        ExportJob.objects.update(lease_holder="second")

    assert running.work(place.id, UUID(pk), holder="first") is False
    assert fresh(place, pk).fixed_at is None


def test_what_stays_broken_is_given_up(importer, key, monkeypatch):
    importer.run(guest_list(3))
    place, pk = importer.place, asked(key)

    def broken(*_given, **_named):
        raise OSError("no space left")

    monkeypatch.setattr("importexport.exporting.parts.write", broken)
    for _attempt in range(running.MAX_ATTEMPTS):
        with place.enter():
            ExportJob.objects.update(lease_until="2020-01-01T00:00:00Z")
        running.work(place.id, UUID(pk), holder="first")

    job = fresh(place, pk)
    assert (job.status, job.failure, job.is_kept) == ("failed", running.INTERNAL, False)
    assert key.get(f"exports/{pk}/").json()["failure"] == "internal_error"
