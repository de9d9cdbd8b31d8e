"""R-IO-3, R-ID-6: two imports at once, and two workers at one import, lose and double nothing. Real transactions."""

from __future__ import annotations

import threading

from django.db import connection

from crm.models import Contact, ContactIdentifier, ContactTag
from importexport import jobs, running
from importexport.models import ImportJob
from tests.importexport.test_worker import guest_list

ROWS = 600


def together(*acts):
    """Run all at once, each on a connection of its own; the first failure is raised here."""
    failures = []

    def guarded(act):
        try:
            act()
        except BaseException as failure:  # noqa: BLE001 (told to the test's own thread)
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    if failures:
        raise failures[0]


def started(importer, data):
    job = importer.upload(data)
    with importer.place.enter():
        jobs.start(job)
    return job


def test_two_imports_of_one_file_at_once_make_every_contact_once(importer, monkeypatch):
    monkeypatch.setattr("importexport.folding.CHUNK_ROWS", 50)
    lines = guest_list(ROWS).splitlines()
    backwards = "\n".join([lines[0], *reversed(lines[1:])])
    first, second = started(importer, guest_list(ROWS)), started(importer, backwards)

    together(lambda: importer.finish(first), lambda: importer.finish(second))

    done = [importer.fresh(first), importer.fresh(second)]
    assert [job.status for job in done] == ["done", "done"]
    assert sum(job.counts["created"] for job in done) == ROWS
    assert sum(job.counts["unchanged"] for job in done) == ROWS
    with importer.place.enter():
        assert Contact.objects.count() == ROWS
        assert ContactIdentifier.objects.count() == 2 * ROWS
        assert ContactTag.objects.count() == ROWS


def test_two_workers_at_one_import_take_every_chunk_once(importer, monkeypatch):
    """Each finds the other's lease lapsed again and again."""
    monkeypatch.setattr("importexport.folding.CHUNK_ROWS", 20)
    job = started(importer, guest_list(ROWS))

    def lapse():
        for _moment in range(200):
            with importer.place.enter():
                ImportJob.objects.update(lease_until="2020-01-01T00:00:00Z")
                is_over = ImportJob.objects.get(pk=job.pk).status == "done"
            if is_over:
                return
            threading.Event().wait(0.02)

    def work(holder):
        for _attempt in range(300):
            running.work(importer.place.id, job.pk, holder=holder)
            if importer.fresh(job).status == "done":
                return

    together(lapse, lambda: work("first"), lambda: work("second"))

    done = importer.fresh(job)
    assert (done.status, done.done_count) == ("done", ROWS)
    assert done.counts == {"created": ROWS, "updated": 0, "unchanged": 0, "skipped": 0, "rejected": 0}
    with importer.place.enter():
        assert Contact.objects.count() == ROWS
