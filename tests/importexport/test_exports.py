"""R-IO-4: everything or what filters leave, as CSV or XLSX, made by the worker, kept for a day."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from importexport import tasks
from importexport.exporting import fixing
from importexport.models import ExportJob, ExportRow
from tests.importexport.exports import asked, made, records, sheet, table, worked


def test_an_export_is_asked_for_followed_and_fetched(key, trattoria, anna):
    asking = key.post("exports/", {"kind": "contacts", "format": "csv"})
    pk = asking.json()["id"]

    assert asking.status_code == 202
    assert (asking.json()["status"], asking.json()["download"]) == ("queued", None)
    assert key.get(f"exports/{pk}/download/").json()["code"] == "export_not_ready"
    worked(trattoria, pk)
    done = key.get(f"exports/{pk}/").json()
    assert (done["status"], done["progress"], done["row_count"]) == ("done", {"done": 1, "total": 1}, 1)
    assert done["download"] == f"/api/v1/exports/{pk}/download/"
    answer = key.get(done["download"])
    assert answer["Content-Disposition"] == 'attachment; filename="contacts.csv"'
    assert answer["Cache-Control"] == "no-store"
    assert key.get("exports/").json()["results"][0]["id"] == pk


def test_a_workbook_is_what_one_gets_unless_told_otherwise(key, trattoria, anna):
    pk = key.post("exports/", {"kind": "contacts"}).json()["id"]
    worked(trattoria, pk)

    assert sheet(key, pk)[1][:4] == ["Anna", "Bianchi", "anna@example.com", "+393331234567"]


def test_filters_leave_who_they_leave_in_the_list(key, trattoria, anna):
    key.post("contacts/", {"first_name": "Jan", "email": "jan@example.com", "language": "pl"})
    key.post("contacts/", {"first_name": "Ada", "email": "ada@example.com", "language": "pl"})
    segment = key.post("segments/", {"name": "Poles", "filters": {"language": "pl"}}).json()["id"]

    for filters in ({"language": "pl"}, {"segment": segment}, {"q": "example", "language": ["pl"]}):
        found = records(key, made(trattoria, key, filters=filters))
        assert [row["First name"] for row in found] == ["Ada", "Jan"]
    assert len(records(key, made(trattoria, key))) == 3


def test_who_is_in_the_bin_is_in_no_file(key, trattoria, anna):
    key.delete(f"contacts/{anna}/")

    assert records(key, made(trattoria, key)) == []


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        ({"kind": "everything"}, "kind", "invalid_choice"),
        ({"kind": None}, "kind", "null"),
        ({"format": "pdf"}, "format", "invalid_choice"),
        ({"filters": {"langage": "it"}}, "filters.langage", "unknown_field"),
        ({"filters": {"visits_min": "many"}}, "filters.visits_min", "invalid"),
        ({"filters": {"segment": "0198c5a0-0000-7000-8000-000000000000"}}, "filters.segment", "invalid_choice"),
        ({"filters": []}, "filters", "invalid"),
        ({"venue": "0198c5a0-0000-7000-8000-000000000000"}, "venue", "unknown_id"),
        ({"marketable": {"channel": "email"}}, "marketable.venue", "required"),
        ({"marketable": {"venue": "x", "channel": "email"}}, "marketable.venue", "invalid"),
        ({"marketable": {"venue": "0198c5a0-0000-7000-8000-000000000000", "channel": "email"}}, "marketable.venue", "unknown_id"),
        ({"columns": ["shoe_size"]}, "columns.0", "invalid_choice"),
        ({"columns": "tags"}, "columns", "not_a_list"),
        ({"delimiter": ";"}, "delimiter", "unknown_field"),
    ],
)  # fmt: skip
def test_bad_input_is_told_by_its_field(key, wish, field, code):
    refused = key.post("exports/", {"kind": "contacts", **wish})

    assert refused.status_code == 400
    assert (refused.json()["errors"][0]["field"], refused.json()["errors"][0]["code"]) == (field, code)


def test_two_different_venues_are_refused(key, trattoria):
    one, other = (str(venue.pk) for venue in trattoria.venues)
    wish = {"kind": "contacts", "venue": one, "marketable": {"venue": other, "channel": "email"}}

    assert key.post("exports/", wish).json()["errors"][0]["field"] == "venue"


class TestFilesOnDisk:
    def test_nobody_else_may_read_them(self, key, trattoria, anna):
        made(trattoria, key)

        for path in Path(settings.FILES_ROOT).rglob("*"):
            assert path.stat().st_mode & 0o077 == 0, path

    def test_after_a_day_a_file_is_gone_and_that_there_was_one_stays(self, key, trattoria, anna):
        from_yesterday, new = made(trattoria, key), made(trattoria, key)
        with trattoria.enter():
            past = timezone.now() - datetime.timedelta(seconds=1)
            ExportJob.objects.filter(pk=from_yesterday).update(expires_at=past)
        assert key.get(f"exports/{from_yesterday}/download/").json()["code"] == "export_expired"

        tasks.forget_exports()

        left = {path.parent.name for path in Path(settings.FILES_ROOT).rglob("file")}
        assert left == {new}
        with trattoria.enter():
            assert {str(row.job_id) for row in ExportRow.objects.all()} == {new}
        gone = key.get(f"exports/{from_yesterday}/")
        assert (gone.json()["status"], gone.json()["row_count"], gone.json()["download"]) == ("done", 1, None)
        assert key.get(f"exports/{from_yesterday}/download/").status_code == 410

    def test_a_folder_that_no_export_knows_goes(self, key, trattoria, anna):
        """As after a restore of a backup from before the export."""
        pk = made(trattoria, key)
        with trattoria.enter():
            ExportJob.objects.filter(pk=pk).delete()

        tasks.forget_exports()

        assert not list(Path(settings.FILES_ROOT).rglob("file"))


def test_a_filter_that_lost_what_it_names_lets_the_export_fail(key, trattoria, anna):
    group = key.post("groups/", {"name": "Friends"}).json()["id"]
    pk = asked(key, filters={"group": group})
    key.delete(f"groups/{group}/")

    job = worked(trattoria, pk)

    assert (job.status, job.failure) == ("failed", fixing.FILTERS_LOST)
    assert key.get(f"exports/{pk}/download/").json()["code"] == "export_failed"


def test_what_was_searched_for_is_not_kept(key, trattoria, anna):
    pk = made(trattoria, key, filters={"q": "anna", "language": "it"})

    with trattoria.enter():
        assert ExportJob.objects.get(pk=pk).filters == {"language": "it"}
    assert "anna" not in key.get("audit/").content.decode().replace("anna@", "")


def test_an_empty_list_makes_a_file_with_headings(key, trattoria):
    assert len(table(key, made(trattoria, key))) == 1
    assert len(sheet(key, made(trattoria, key, format="xlsx"))) == 1
