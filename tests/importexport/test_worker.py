"""R-IO-3: a worker killed at any point resumes within a minute, with nothing lost or doubled. Real processes, real kill."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.db import DataError

from crm.models import Contact, ContactIdentifier
from importexport import chunks, jobs, running
from importexport.models import LEASES, ImportJob, ImportRow
from tenants.leasing import Leases
from tests import workers

ROWS = 4_000


def guest_list(rows):
    return "Nome;Cognome;E-mail;Cellulare;Tag\n" + "".join(
        f"Nome{n};Cognome{n};guest{n}@example.net;333 {1000000 + n};VIP\n" for n in range(rows)
    )


@pytest.fixture
def celery(tmp_path):
    """Starts Celery programs on the test's database and broker; kills what is left at the end."""
    with workers.programs(tmp_path) as start:
        yield start


def wait_until(importer, job, reached, *, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = importer.fresh(job)
        if reached(found):
            return found
        time.sleep(0.1)
    pytest.fail(f"still {found.status} with {found.done_count} rows after {seconds} s")


def test_an_import_survives_the_kill_of_its_worker(importer, celery):
    job = importer.upload(guest_list(ROWS))
    first = workers.worker(celery)
    with importer.place.enter():
        jobs.start(job)
    wait_until(importer, job, lambda found: found.done_count > 0, seconds=60)

    workers.kill(first)
    left = importer.fresh(job)
    assert (left.status, left.done_count < ROWS) == ("running", True)
    workers.worker(celery)
    workers.beat(celery)

    done = wait_until(importer, job, lambda found: found.status == "done", seconds=60)
    assert done.counts == {"created": ROWS, "updated": 0, "unchanged": 0, "skipped": 0, "rejected": 0}
    with importer.place.enter():
        assert Contact.objects.count() == ROWS
        assert ContactIdentifier.objects.count() == 2 * ROWS
        assert ImportRow.objects.filter(job=job, outcome="created").exclude(contact=None).count() == ROWS


class Killed(BaseException):
    """Stands for kill -9 at one line: nothing catches it, the transaction at hand is lost."""


@pytest.mark.parametrize("verb", [jobs.start, jobs.check], ids=["run", "dry run"])
@pytest.mark.parametrize("after", range(1, 8))
def test_wherever_the_work_breaks_off_another_worker_finishes_it(importer, monkeypatch, verb, after):
    """The first worker dies at its n-th look at the lease: before, within or after staging and each chunk."""
    monkeypatch.setattr("importexport.folding.CHUNK_ROWS", 2)
    monkeypatch.setattr("importexport.staging._PART_ROWS", 3)
    job = importer.upload(guest_list(5))
    with importer.place.enter():
        verb(job)
    hold, calls = Leases.hold, iter(range(1, 100))

    def dying_hold(leases, job_id, holder):
        if next(calls) == after:
            raise Killed
        hold(leases, job_id, holder)

    monkeypatch.setattr(Leases, "hold", dying_hold)
    with pytest.raises(Killed):
        running.work(importer.place.id, job.pk, holder="first")
    monkeypatch.setattr(Leases, "hold", hold)

    assert running.work(importer.place.id, job.pk, holder="second") is False
    assert importer.fresh(job).lease_holder == "first"
    with importer.place.enter():
        ImportJob.objects.update(lease_until="2020-01-01T00:00:00Z")
    assert LEASES.due() == [(importer.place.id, job.pk)]

    done = importer.finish(job)
    assert done.counts == {"created": 5, "updated": 0, "unchanged": 0, "skipped": 0, "rejected": 0}
    assert (done.done_count, done.status) == (5, "done" if verb is jobs.start else "checked")
    with importer.place.enter():
        assert Contact.objects.count() == (5 if verb is jobs.start else 0)
    assert LEASES.due() == []


def test_a_worker_that_lost_its_lease_stops_without_a_trace(importer):
    job = importer.upload(guest_list(3))
    with importer.place.enter():
        jobs.start(job)
        LEASES.take(job.pk, "first")
        ImportJob.objects.update(lease_holder="second")

    assert running.work(importer.place.id, job.pk, holder="first") is False
    with importer.place.enter():
        assert (Contact.objects.count(), ImportRow.objects.count()) == (0, 0)


def test_an_import_cancelled_in_the_middle_keeps_what_it_brought(importer, monkeypatch):
    monkeypatch.setattr("importexport.folding.CHUNK_ROWS", 2)
    job = importer.upload(guest_list(6))
    with importer.place.enter():
        jobs.start(job)
    next_chunk = running._next_chunk

    def cancel_after_the_first(*given, **named):
        has_more = next_chunk(*given, **named)
        if importer.fresh(job).next_chunk == 1:
            with importer.place.enter():
                jobs.cancel(job)
        return has_more

    monkeypatch.setattr(running, "_next_chunk", cancel_after_the_first)

    assert running.work(importer.place.id, job.pk, holder="first") is False

    cancelled = importer.fresh(job)
    assert (cancelled.status, cancelled.done_count, cancelled.counts["created"]) == ("cancelled", 2, 2)
    with importer.place.enter():
        assert Contact.objects.count() == 2
    assert LEASES.due() == []


@pytest.mark.parametrize(("verb", "is_kept"), [(jobs.start, False), (jobs.check, True)], ids=["run", "dry run"])
def test_the_file_goes_when_the_import_is_over(importer, settings, verb, is_kept):
    importer.act(verb, importer.upload(guest_list(3)))

    assert any(path.is_file() for path in Path(settings.FILES_ROOT).rglob("*")) is is_kept


def test_a_file_that_is_gone_fails_the_import_and_says_so(importer, settings):
    job = importer.upload(guest_list(3))
    for path in Path(settings.FILES_ROOT).rglob("*"):
        if path.is_file():
            path.unlink()

    with importer.place.enter():
        jobs.start(job)
    failed = importer.finish(job)

    assert (failed.status, failed.failure) == ("failed", "file_missing")


def test_a_worker_that_stumbles_again_and_again_gives_the_import_up(importer, monkeypatch):
    job = importer.upload(guest_list(3))
    with importer.place.enter():
        jobs.start(job)

    def stumble(*given):
        raise RuntimeError("a bug")

    monkeypatch.setattr("importexport.chunks.take_in", stumble)
    for attempt in range(1, running.MAX_ATTEMPTS):
        assert running.work(importer.place.id, job.pk, holder=str(attempt)) is False
        assert importer.fresh(job).status == "running"
    running.work(importer.place.id, job.pk, holder="last")

    failed = importer.fresh(job)
    assert (failed.status, failed.failure) == ("failed", "internal_error")
    with importer.place.enter():
        assert Contact.objects.count() == 0


def test_one_row_that_the_database_refuses_does_not_stop_the_rest(importer, monkeypatch):
    together = chunks._take_in_together

    def refuse_the_third(job, groups):
        if any(row.number == 4 for own in groups for row in own):
            raise DataError("refused")
        return together(job, groups)

    monkeypatch.setattr(chunks, "_take_in_together", refuse_the_third)

    job = importer.run(guest_list(7))

    assert job.counts == {"created": 6, "updated": 0, "unchanged": 0, "skipped": 0, "rejected": 1}
    assert importer.reasons(job) == {4: [("row_failed", None)]}
