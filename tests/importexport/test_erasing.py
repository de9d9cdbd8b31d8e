"""Rows and files of imports that name an erased guest (R-PRIV-1, R-IO-2)."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.db import connections, transaction
from django.utils import timezone

from crm import erasure
from crm.models import Contact
from importexport import erasing, jobs, storing
from importexport.files.refused import FileMissing
from importexport.models import ImportRow, ImportStatus

HEADINGS = "Nome;E-mail;Cellulare;Note"
LIST = f"{HEADINGS}\nAnna;anna@example.com;333 123 4567;quokka\nBruno;bruno@example.com;;\n"


@pytest.fixture
def anna(trattoria, bearer):
    return bearer(trattoria).post("contacts/", {"email": "anna@example.com", "phone": "333 123 4567"}).json()["id"]


@pytest.fixture
def erase(trattoria):
    def act(pk):
        with trattoria.enter():
            contact = Contact.objects.get(pk=pk)
            erasure.erase(contact, confirm=erasure.confirmation_of(contact), at=timezone.now())

    return act


def cells(place):
    with place.enter():
        return list(ImportRow.objects.order_by("number").values_list("cells", flat=True))


def test_the_rows_of_a_finished_import_are_emptied_and_counted_as_before(importer, trattoria, anna, erase):
    job = importer.run(LIST)

    erase(anna)

    left = importer.fresh(job)
    assert cells(trattoria) == [["", "", "", ""], ["Bruno", "bruno@example.com", "", ""]]
    assert (left.status, left.counts) == (ImportStatus.DONE, job.counts)
    assert left.sample == [["Bruno", "bruno@example.com", "", ""]]


def test_so_are_refused_rows_that_led_to_nobody(importer, trattoria, bearer, erase):
    importer.run(f"{HEADINGS}\nAnna;x ANNA@example.com;12;quokka\nJo;joanna@example.com;;\n", mode="update")
    contact = bearer(trattoria).post("contacts/", {"email": "anna@example.com"}).json()["id"]

    erase(contact)

    assert cells(trattoria) == [["", "", "", ""], ["Jo", "joanna@example.com", "", ""]]


@pytest.mark.parametrize("act", [None, jobs.check])
def test_a_file_that_waits_is_removed_and_its_import_ends(importer, trattoria, anna, erase, act):
    job = importer.upload(LIST)
    job = importer.act(act, job) if act else job

    erase(anna)

    left = importer.fresh(job)
    assert (left.status, left.failure, left.sample) == (ImportStatus.CANCELLED, erasing.PERSON_ERASED, [])
    assert cells(trattoria) == []
    with pytest.raises(FileMissing):
        storing.path_of(left)


@pytest.mark.parametrize("email", ["anna@m\u00fcller.de", "ANNA@M\u00dcLLER.DE", "anna@xn--mller-kva.de"])
def test_an_email_counts_however_it_is_spelled(importer, trattoria, bearer, erase, email):
    importer.run(f"Nome;E-mail\nAnna;{email}\n", mode="update")
    contact = bearer(trattoria).post("contacts/", {"email": "anna@m\u00fcller.de"}).json()["id"]
    job = importer.upload(f"Nome;E-mail\nAnna;{email}\nBo;bo@example.com\n")

    erase(contact)

    left = importer.fresh(job)
    assert (left.status, left.failure, left.sample) == (ImportStatus.CANCELLED, erasing.PERSON_ERASED, [])
    assert cells(trattoria) == [["", ""]]


OTHERS = "Nome;Cellulare;Tessera;E-mail\nBo;346 123 4567;;no\nCarla;;900061234567;no\n"


def test_digits_within_the_number_of_somebody_else_name_nobody(importer, trattoria, bearer, erase):
    importer.run(OTHERS, mode="update")
    job = importer.upload(OTHERS)
    contact = bearer(trattoria).post("contacts/", {"phone": "06 123 4567"}).json()["id"]

    erase(contact)

    left = importer.fresh(job)
    assert (left.status, len(left.sample)) == (ImportStatus.UPLOADED, 2)
    assert cells(trattoria) == [["Bo", "346 123 4567", "", "no"], ["Carla", "", "900061234567", "no"]]


class TestOneByOne:
    """What a search finds, and no contact leads to."""

    @pytest.fixture
    def key(self, trattoria, bearer):
        return bearer(trattoria)

    def clear(self, key, q, confirm):
        [one] = key.post("privacy/search/", {"q": q}).json()["results"]
        answer = key.post(f"privacy/facts/{one['kind']}/{one['id']}/erase/", {"confirm": confirm})
        assert answer.status_code == 204, answer.content
        assert key.post("privacy/search/", {"q": q}).json()["results"] == []
        return one

    @pytest.mark.parametrize("q", ["zoe@b\u00fccher.de", "333 123 4567", "Quux"])
    def test_a_list_that_was_uploaded_is_found_by_its_file_and_goes_as_a_whole(self, importer, key, q):
        many = "".join(f"Bo;bo{number}@example.com;\n" for number in range(20))
        job = importer.upload(f"Nome;E-mail;Cellulare\n{many}Zoe Quux;ZOE@B\u00fccher.de;+39 333 1234567\n")

        one = self.clear(key, q, "CLIENTI.csv")

        assert (one["kind"], one["id"], one["label"], one["state"]) == (
            "import",
            str(job.pk),
            "clienti.csv",
            "uploaded",
        )
        left = importer.fresh(job)
        assert (left.status, left.failure, left.sample) == (ImportStatus.CANCELLED, erasing.PERSON_ERASED, [])
        with pytest.raises(FileMissing):
            storing.path_of(left)

    def test_what_is_left_of_one_that_was_cancelled_is_found_and_goes(self, importer, key):
        job = importer.act(jobs.cancel, importer.upload("Nome;E-mail\nZoe;zoe@example.com\n"))

        assert self.clear(key, "zoe@example.com", "clienti.csv")["state"] == "cancelled"

        assert (importer.fresh(job).status, importer.fresh(job).sample) == (ImportStatus.CANCELLED, [])

    def test_a_refused_row_is_emptied_and_the_others_stay(self, importer, trattoria, key):
        job = importer.run("Nome;E-mail\nZoe Quux;zoe@x\nBo;bo@y\n")

        one = self.clear(key, "Quux", "zoe@x")

        assert (one["kind"], one["contact"], one["state"]) == ("import_row", None, "2")
        assert cells(trattoria) == [["", ""], ["Bo", "bo@y"]]
        left = importer.fresh(job)
        assert (left.status, left.counts, left.sample) == (ImportStatus.DONE, job.counts, [["Bo", "bo@y"]])
        with trattoria.enter():
            assert "zoe" not in str(list(ImportRow.objects.values_list("reasons", flat=True)))

    def test_a_row_that_was_only_checked_takes_the_list_with_it(self, importer, trattoria, key):
        job = importer.check("Nome;E-mail\nZoe Quux;zoe@x\n")

        self.clear(key, "Quux", "zoe@x")

        assert importer.fresh(job).failure == erasing.PERSON_ERASED
        assert cells(trattoria) == []


def test_a_workbook_is_looked_through_as_well(importer, anna, erase):
    book = openpyxl.Workbook()
    for row in [
        ["Nome", "Cellulare"],
        *[[f"Nome {n}", f"02 5550 {1000 + n}"] for n in range(20)],
        ["Anna", "+39 333-1234567"],
    ]:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    job = importer.upload(stream.getvalue(), name="ospiti.xlsx")

    erase(anna)

    assert importer.fresh(job).failure == erasing.PERSON_ERASED


@pytest.mark.parametrize(
    "row", ["Jo;joanna@example.com;;", "Jo;anna@example.com.au;;", "Jo;jo@example.com;333 123 4568;"]
)
def test_a_file_that_names_somebody_alike_stays(importer, anna, erase, row):
    job = importer.upload(f"{HEADINGS}\n{row}\n")

    erase(anna)

    left = importer.fresh(job)
    assert (left.status, len(left.sample)) == (ImportStatus.UPLOADED, 1)


def test_one_that_a_worker_holds_is_not_waited_for(importer, trattoria, anna, erase):
    """The worker locks the job before the guests, and erasing the guests before the job."""
    job = importer.upload(LIST)

    with transaction.atomic("owner"), connections["owner"].cursor() as worker:
        worker.execute("SELECT FROM importexport_importjob WHERE id = %s FOR UPDATE", [job.pk])
        with pytest.raises(erasing.ImportAtWork):
            erase(anna)

    with trattoria.enter():
        assert Contact.objects.get(pk=anna).email == "anna@example.com"
    erase(anna)
    assert importer.fresh(job).failure == erasing.PERSON_ERASED


def test_an_import_that_runs_on_its_rows_goes_on_without_the_guest(importer, trattoria, anna, erase):
    job = importer.check(LIST)
    with trattoria.enter():
        type(job).objects.filter(pk=job.pk).update(status=ImportStatus.RUNNING, next_chunk=0, sample=[])

    erase(anna)
    left = importer.finish(job)

    assert (left.status, left.rejected_count) == (ImportStatus.DONE, 1)
    with trattoria.enter():
        assert list(Contact.objects.filter(state="active").values_list("email", flat=True)) == ["bruno@example.com"]
