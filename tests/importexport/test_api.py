"""Imports through the API: upload, mapping, dry run, run, errors file, refusals (R-IO-1, R-IO-2, API.md)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import Contact
from importexport import running
from importexport.models import ImportJob
from tests.api.test_problems import assert_problem
from tests.importexport.test_files import workbook

SAMPLES = Path(__file__).parent / "samples"
LIST = "Nome;Cognome;E-mail;Cellulare\nAnna;Rossi;anna@example.net;333 123 4567\nSenza;Chiave;;\n"


class Door:
    """The API with an admin key, and the worker beside it."""

    def __init__(self, key, place):
        self.key, self.place = key, place

    def upload(self, content, *, name="clienti.csv", **fields):
        data = content.encode() if isinstance(content, str) else content
        form = {"file": SimpleUploadedFile(name, data), "venue": str(self.place.venue.pk), **fields}
        headers = {"Authorization": f"Bearer {self.key.token}"}
        return self.key.client.post("/api/v1/imports/", form, headers=headers)

    def work(self, job_id):
        while running.work(self.place.id, job_id, holder="worker"):
            pass
        return self.key.get(f"imports/{job_id}/").json()


@pytest.fixture
def door(commits, trattoria, bearer):
    return Door(bearer(trattoria), trattoria)


def test_an_upload_answers_with_the_guessed_mapping_and_a_sample(door):
    answer = door.upload((SAMPLES / "clienti_it.csv").read_bytes(), mode="upsert")

    job = answer.json()
    assert answer.status_code == 201
    assert (job["status"], job["mode"], job["format"], job["encoding"]) == ("uploaded", "upsert", "csv", "windows-1252")
    assert job["mapping"]["Cellulare"] == "phone"
    assert job["columns"][:3] == ["Nome", "Cognome", "E-mail"]
    assert job["sample"][0] == ["Donato", "Bocca", "", "3331000000", "17/12/1961", "it", "", "no", ""]
    assert (job["date_format"], job["date_format_needed"]) == ("dmy", False)
    assert job["progress"] == {"done": 0, "total": 406}


def test_a_dry_run_says_what_the_run_will_do_and_changes_nothing(door):
    job = door.upload((SAMPLES / "clienti_it.csv").read_bytes()).json()
    counts = {"created": 402, "updated": 1, "unchanged": 0, "skipped": 0, "rejected": 3}

    answer = door.key.post(f"imports/{job['id']}/check/")
    checked = door.work(job["id"])

    assert (answer.status_code, answer.json()["status"]) == (202, "checking")
    assert (checked["status"], checked["counts"]) == ("checked", counts)
    with door.place.enter():
        assert not Contact.objects.exists()

    door.key.post(f"imports/{job['id']}/start/")
    done = door.work(job["id"])

    assert (done["status"], done["counts"]) == ("done", counts)
    assert done["progress"] == {"done": 406, "total": 406}


def test_every_row_of_a_dry_run_says_its_outcome_with_the_reason(door):
    job = door.upload(LIST).json()
    door.key.post(f"imports/{job['id']}/check/")
    door.work(job["id"])

    rows = door.key.get(f"imports/{job['id']}/rows/").json()["results"]
    refused = door.key.get(f"imports/{job['id']}/rows/", {"outcome": "rejected", "limit": 1}).json()

    assert [(row["number"], row["outcome"], row["contact"]) for row in rows] == [
        (2, "created", None),
        (3, "rejected", None),
    ]
    assert [row["number"] for row in refused["results"]] == [3]
    assert refused["results"][0]["reasons"][0]["code"] == "no_key"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_refused_rows_come_back_corrected_as_they_are(door, kind):
    job = door.upload(LIST).json()
    door.key.post(f"imports/{job['id']}/start/")
    door.work(job["id"])

    answer = door.key.get(f"imports/{job['id']}/errors/", {"format": kind})

    assert answer["Content-Disposition"] == f'attachment; filename="refused-rows.{kind}"'
    again = door.upload(answer.content).json()
    assert again["columns"] == ["Nome", "Cognome", "E-mail", "Cellulare", "Coperto: reason"]
    assert again["mapping"] == job["mapping"]
    assert again["sample"][0][:4] == ["Senza", "Chiave", "", ""]
    door.key.post(f"imports/{again['id']}/start/")
    assert door.work(again["id"])["counts"]["rejected"] == 1


def test_the_template_is_a_file_that_can_be_imported(door):
    answer = door.key.get("imports/template/")

    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    assert set(door.upload(answer.content).json()["mapping"].values()) >= {"email", "phone", "birthday"}
    assert door.key.get("imports/template/", {"format": "csv"}).content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file_empty"),
        ("Nome;E-mail\n", "no_data_row"),
        ("Nome;E-mail\nAn\x00na;a@example.net\n", "nul_bytes"),
        (b"%PDF-1.7", "unsupported_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_workbook"),
        (workbook(["Email"], ["a@example.net"])[:-100], "file_broken"),
    ],
)
def test_a_file_that_is_no_list_is_refused_and_nothing_is_kept(door, settings, content, code):
    answer = door.upload(content)

    body = assert_problem(answer, 400, "invalid")
    assert [(error["field"], error["code"]) for error in body["errors"]] == [("file", code)]
    assert not [path for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file()]
    assert door.key.get("imports/").json()["results"] == []


def test_the_form_is_checked_like_every_body(door, bistro):
    key = door.key
    headers = {"Authorization": f"Bearer {key.token}"}
    no_file = key.client.post("/api/v1/imports/", {"venue": str(door.place.venue.pk)}, headers=headers)
    assert_problem(no_file, 400, "invalid")
    assert no_file.json()["errors"][0]["field"] == "file"
    assert door.upload(LIST, colour="red").json()["errors"][0] == {
        "field": "colour", "code": "unknown_field", "detail": door.upload(LIST, colour="red").json()["errors"][0]["detail"],
    }  # fmt: skip
    assert_problem(door.upload(LIST, mode="replace"), 400, "invalid")
    foreign = door.upload(LIST, venue=str(bistro.venue.pk)).json()["errors"][0]
    assert (foreign["field"], foreign["code"]) == ("venue", "unknown_id")
    assert_problem(key.post("imports/", {"venue": str(door.place.venue.pk)}), 415, "unsupported_media_type")


def test_an_upload_is_refused_by_its_declared_length(door):
    headers = {"Authorization": f"Bearer {door.key.token}"}
    answer = door.key.client.generic(
        "POST", "/api/v1/imports/", b"x", content_type="multipart/form-data; boundary=b",
        headers=headers, CONTENT_LENGTH=str(10**9),
    )  # fmt: skip

    assert_problem(answer, 413, "file_too_large")


def test_an_import_without_a_key_column_cannot_start(door):
    job = door.upload("Nome;Colore\nAnna;rosso\n").json()

    assert_problem(door.key.post(f"imports/{job['id']}/start/"), 409, "mapping_incomplete")
    assert_problem(door.key.post(f"imports/{job['id']}/check/"), 409, "mapping_incomplete")
    mapped = door.key.patch(f"imports/{job['id']}/", {"mapping": {"Nome": "first_name", "Colore": "phone"}})
    assert mapped.json()["mapping"] == {"Nome": "first_name", "Colore": "phone"}
    assert door.key.post(f"imports/{job['id']}/start/").status_code == 202


def test_ambiguous_dates_are_asked(door):
    job = door.upload("Email;Compleanno\na@example.net;05/06/1980\nb@example.net;01/02\n").json()

    assert (job["date_format"], job["date_format_needed"]) == (None, True)
    assert_problem(door.key.post(f"imports/{job['id']}/start/"), 409, "date_format_needed")
    corrected = door.key.patch(f"imports/{job['id']}/", {"date_format": "mdy"}).json()
    assert (corrected["date_format"], corrected["date_format_needed"]) == ("mdy", False)
    door.key.post(f"imports/{job['id']}/start/")
    door.work(job["id"])
    with door.place.enter():
        assert dict(Contact.objects.values_list("email", "birthday")) == {
            "a@example.net": "1980-05-06",
            "b@example.net": "--01-02",
        }


@pytest.mark.parametrize(
    ("correction", "field"),
    [
        ({"mapping": {"Colore": "phone"}}, "mapping.Colore"),
        ({"mapping": {"Nome": "shoe_size"}}, "mapping.Nome"),
        ({"mapping": {"Nome": "email", "E-mail": "email"}}, "mapping.E-mail"),
        ({"encoding": "utf-7"}, "encoding"),
        ({"date_format": "dym"}, "date_format"),
        ({"consent_evidence": {"source": "paper"}}, "consent_evidence.date"),
        ({"mode": "create"}, "mode"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_on_its_field(door, correction, field):
    job = door.upload(LIST).json()

    answer = door.key.patch(f"imports/{job['id']}/", correction)

    assert answer.status_code == 400
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert door.key.get(f"imports/{job['id']}/").json()["mapping"] == job["mapping"]


def test_the_encoding_can_be_corrected(door):
    job = door.upload("Nome;E-mail\nMüller;a@example.net\n".encode("cp1252")).json()
    assert job["encoding"] == "windows-1252"

    other = door.key.patch(f"imports/{job['id']}/", {"encoding": "windows-1250"}).json()
    broken = door.key.patch(f"imports/{job['id']}/", {"encoding": "utf-8"})

    assert (other["encoding"], other["mapping"]) == ("windows-1250", job["mapping"])
    assert assert_problem(broken, 400, "invalid")["errors"][0]["code"] == "encoding_unknown"


def test_a_cancelled_import_is_over(door):
    job = door.upload(LIST).json()
    door.key.post(f"imports/{job['id']}/start/")

    cancelled = door.key.post(f"imports/{job['id']}/cancel/")

    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
    assert door.work(job["id"])["progress"]["done"] == 0
    for verb in ("start", "check", "cancel"):
        assert_problem(door.key.post(f"imports/{job['id']}/{verb}/"), 409, "import_not_open")
    assert_problem(door.key.patch(f"imports/{job['id']}/", {"mapping": {}}), 409, "import_not_open")


def test_a_stranger_finds_no_import_and_a_host_may_not_import(door, bistro, bearer):
    job = door.upload(LIST).json()
    stranger = bearer(bistro)

    for path in ("", "rows/", "errors/"):
        assert_problem(stranger.get(f"imports/{job['id']}/{path}"), 404, "not_found")
    for verb in ("check", "start", "cancel"):
        assert_problem(stranger.post(f"imports/{job['id']}/{verb}/"), 404, "not_found")
    refused = bearer(door.place, "pos").get("imports/")
    assert_problem(refused, 403, "permission_denied")
    assert refused.json()["permission"] == "contacts_import"
    with door.place.enter():
        assert ImportJob.objects.get().status == "uploaded"


def test_an_upload_sent_twice_is_one_import(door):
    headers = {"Authorization": f"Bearer {door.key.token}", "Idempotency-Key": "list-1"}

    def send():
        form = {"file": SimpleUploadedFile("a.csv", LIST.encode()), "venue": str(door.place.venue.pk)}
        return door.key.client.post("/api/v1/imports/", form, headers=headers)

    first, second = send(), send()

    assert (first.json()["id"], second["Idempotent-Replayed"]) == (second.json()["id"], "true")
    assert len(door.key.get("imports/").json()["results"]) == 1
