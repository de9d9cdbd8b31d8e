"""R-IO-4: everything or what filters leave, as CSV or XLSX, made by the worker, with the columns of the rule."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.utils import timezone

from crm.models import Contact
from importexport import tasks
from importexport.exporting import columns, running
from importexport.models import ExportJob, ExportRow
from tenants.permissions import Role
from tests.api.test_orders import fulfilled, order
from tests.importexport.exports import asked, fetched, made, records, sheet, table, worked

REPORT = ["Account creation date", "First name", "Last name", "Email address", "Phone", "Marketing consent",
          "Number of orders", "Order value", "Coperto ID"]  # fmt: skip


@pytest.fixture
def key(trattoria, bearer, commits):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    guest = {"first_name": "Anna", "last_name": "Bianchi", "email": "anna@example.com", "phone": "333 123 4567"}
    return key.post("contacts/", {**guest, "language": "it", "birthday": "--12-17"}).json()["id"]


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


def test_the_customer_report_has_the_columns_of_the_rule_in_its_order(key, trattoria, anna):
    venue = str(trattoria.venue.pk)
    pk = made(trattoria, key, kind="customer_report", venue=venue)

    assert table(key, pk) == [REPORT, ["", "Anna", "Bianchi", "anna@example.com", "+393331234567", "", "0", "", anna]]


def test_orders_and_their_value_are_those_fulfilled(key, trattoria, bearer):
    guest = {"email": "anna@example.com"}
    fulfilled(key, trattoria, guest=guest)
    key.post("orders/", order(trattoria, guest=guest))
    venue = str(trattoria.venue.pk)

    (row,) = records(key, made(trattoria, key, kind="customer_report", venue=venue))

    assert (row["Number of orders"], row["Order value"]) == ("1", "22.00")


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        ({"marketable": {"venue": 0, "channel": "email"}}, "subscribed"),
        ({"venue": 0}, "subscribed"),
        ({"venue": 1}, ""),
    ],
)
def test_the_consent_shown_is_that_of_the_chosen_venue(key, trattoria, anna, wish, shown):
    consent(key, trattoria, anna)
    named = {
        name: {**value, "venue": str(trattoria.venues[0].pk)}
        if name == "marketable"
        else str(trattoria.venues[value].pk)
        for name, value in wish.items()
    }

    (row,) = records(key, made(trattoria, key, kind="customer_report", **named))

    assert row["Marketing consent"] == shown


def consent(key, trattoria, contact, status="explicit", channel="email"):
    evidence = {"source": "form", "date": "2026-01-10", "wording": "news"}
    stated = {"venue": str(trattoria.venue.pk), "channel": channel, "status": status, "evidence": evidence}
    answer = key.post(f"contacts/{contact}/consents/", stated)
    assert answer.status_code in (200, 201), answer.content


def test_a_report_asks_for_the_venue_where_there_are_several(key, trattoria):
    refused = key.post("exports/", {"kind": "customer_report"})

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "venue")


def test_with_one_venue_nobody_is_asked(bistro, bearer, commits):
    key = bearer(bistro)

    assert table(key, made(bistro, key, kind="customer_report")) == [REPORT]


def test_further_columns_follow(key, trattoria, anna):
    venue = str(trattoria.venue.pk)
    for tag in ("vip", "regular"):
        key.post(f"contacts/{anna}/tags/", {"tag": tag})
    pk = made(trattoria, key, kind="customer_report", venue=venue, columns=["tags", "birthday", "language"])

    headings, row = table(key, pk)
    assert headings == [*REPORT[:-1], "Language", "Birthday", "Tags", "Coperto ID"]
    assert row[-4:-1] == ["it", "'--12-17", "Regular, VIP"]


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


FORMULAS = ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(\"http://x\",\"y\")", "\t=1", "+39-333",
            "-cmd|' /C calc'!A0"]  # fmt: skip


def test_what_a_spreadsheet_would_run_is_neutralized(key, trattoria):
    for number, name in enumerate(FORMULAS):
        key.post("contacts/", {"email": f"guest{number}@example.com", "company": name})
    with trattoria.enter():
        stored = dict(Contact.objects.values_list("email", "company"))

    as_csv = {row["Email address"]: row["Company"] for row in records(key, made(trattoria, key))}
    headings, *rows = sheet(key, made(trattoria, key, format="xlsx"))
    as_sheet = {row[headings.index("Email address")]: row[headings.index("Company")] for row in rows}
    assert len(stored) == len(FORMULAS)
    assert as_csv == {email: f"'{name}" for email, name in stored.items()}
    assert as_sheet == stored


def test_in_a_workbook_phones_are_text_dates_dates_and_amounts_numbers(key, trattoria):
    guest = {"email": "anna@example.com", "phone": "+39 333 123 4567", "first_name": "0012"}
    fulfilled(key, trattoria, guest=guest)
    venue = str(trattoria.venue.pk)
    pk = made(
        trattoria, key, kind="customer_report", venue=venue, format="xlsx", columns=["first_contact_on", "birthday"]
    )

    book = openpyxl.load_workbook(io.BytesIO(fetched(key, pk))).active
    cells = dict(zip([cell.value for cell in book[1]], book[2], strict=True))
    assert (cells["Phone"].value, cells["Phone"].data_type, cells["Phone"].number_format) == ("+393331234567", "s", "@")
    assert (cells["First name"].value, cells["First name"].data_type) == ("0012", "s")
    assert cells["First contact"].is_date
    assert (cells["Order value"].value, cells["Order value"].number_format) == (22, "#,##0.00")
    assert cells["Number of orders"].value == 1


def test_amounts_of_several_currencies_are_never_added(key, trattoria):
    with trattoria.enter():
        mare = trattoria.venues[1]
        mare.currency = "PLN"
        mare.save(update_fields=["currency"])
    guest = {"email": "anna@example.com"}
    for venue, currency in zip(trattoria.venues, ("EUR", "PLN"), strict=True):
        fulfilled(key, trattoria, guest=guest, venue=str(venue.pk), currency=currency)

    (row,) = records(key, made(trattoria, key, kind="customer_report", venue=str(trattoria.venue.pk)))

    assert row["Number of orders"] == "2"
    assert (row["Order value (EUR)"], row["Order value (PLN)"]) == ("22.00", "22.00")


def test_consents_of_several_venues_have_a_column_each(key, trattoria, anna):
    consent(key, trattoria, anna)

    (row,) = records(key, made(trattoria, key))

    assert (row["Email consent (Centro)"], row["Email consent (Mare)"]) == ("subscribed", "")


def test_headings_and_words_are_in_the_language_of_who_asks(trattoria, bearer, commits):
    key = bearer(trattoria, **{"Accept-Language": "pl"})
    contact = key.post("contacts/", {"email": "anna@example.com", "first_name": "Anna"}).json()["id"]
    consent(key, trattoria, contact)

    (row,) = records(key, made(trattoria, key, kind="customer_report", venue=str(trattoria.venue.pk)))

    assert row["Imię"] == "Anna"
    assert row["Zgoda na kontakt marketingowy"] == "zapisany"


def test_csv_is_written_as_spreadsheets_of_the_language_expect(trattoria, bearer, commits):
    """A semicolon within a cell parts nothing, wherever the file is opened."""
    for language, line in (("en", '"22.00","x;=1+1;y"'), ("it", '"22,00";"x;=1+1;y"')):
        key = bearer(trattoria, **{"Accept-Language": language})
        if language == "en":
            taken = fulfilled(key, trattoria, guest={"email": "anna@example.com", "first_name": "Anna"})
            key.patch(f"contacts/{taken['contact']}/", {"nickname": "x;=1+1;y"})
        pk = made(trattoria, key, kind="customer_report", venue=str(trattoria.venue.pk), columns=["nickname"])

        assert line in fetched(key, pk).decode()


class TestHealthData:
    """R-PRIV-3: the text and the tags of allergies are in no file but one that asks for them, for who may read them."""

    @pytest.fixture(autouse=True)
    def _anna_must_not_eat_nuts(self, key, trattoria, anna):
        key.patch(f"contacts/{anna}/", {"allergies": "nuts, badly"})
        tag = key.post("tags/", {"label": "Allergy: gluten"}).json()["key"]
        for one in (tag, "vip"):
            key.post(f"contacts/{anna}/tags/", {"tag": one})

    def test_a_usual_file_holds_neither(self, key, trattoria):
        said = fetched(key, made(trattoria, key)).decode()

        assert "nuts" not in said
        assert "luten" not in said
        assert "VIP" in said

    def test_who_may_read_them_can_ask_for_them(self, key, trattoria):
        (row,) = records(key, made(trattoria, key, columns=["allergies", "tags"]))

        assert row["Allergies"] == "Allergy: gluten\nnuts, badly"
        assert row["Tags"] == "Allergy: gluten, VIP"

    @pytest.mark.parametrize("wish", [{"columns": ["allergies"]}, {"filters": {"tag": "allergy_gluten"}}])
    def test_who_may_not_read_them_gets_none(self, key, trattoria, wish):
        marketer = trattoria.signed_in(Role.MARKETER)

        def from_browser(method, path, **given):
            return getattr(marketer, method)(f"/api/v1/{path}", content_type="application/json", **given)

        (tag,) = (one["key"] for one in key.get("tags/").json()["results"] if "luten" in one["label"])
        if "filters" in wish:
            wish = {"filters": {"tag": tag}}
        refused = from_browser("post", "exports/", data={"kind": "contacts", **wish})
        assert refused.status_code in (400, 403)
        pk = made(trattoria, key, **wish)
        assert from_browser("get", f"exports/{pk}/download/").status_code == 403


def test_a_segment_that_asks_for_an_allergy_by_the_time_it_is_read_makes_health_data(key, trattoria, anna):
    tag = key.post("tags/", {"label": "Allergy: gluten"}).json()["key"]
    key.post(f"contacts/{anna}/tags/", {"tag": tag})
    segment = key.post("segments/", {"name": "Some", "filters": {"language": "it"}}).json()["id"]
    pk = asked(key, filters={"segment": segment})
    key.patch(f"segments/{segment}/", {"filters": {"tag": tag}})
    worked(trattoria, pk)

    assert trattoria.signed_in(Role.MARKETER).get(f"/api/v1/exports/{pk}/download/").status_code == 403
    assert len(table(key, pk)) == 2


class TestOurOwnFileImportedAgain:
    """What staff export, mend and upload changes what they mended, and nothing else."""

    def test_unsubscribed_is_honored_and_subscribed_is_no_news(self, importer, key, trattoria, anna):
        consent(key, trattoria, anna)
        ben = key.post("contacts/", {"email": "ben@example.com", "first_name": "Ben"}).json()["id"]
        said = fetched(key, made(trattoria, key, venue=str(trattoria.venue.pk))).decode()
        lines = said.splitlines()
        place = next(csv.reader([lines[0]])).index("Email consent")
        rows = [next(csv.reader([line])) for line in lines[1:]]
        for row in rows:
            row[place] = {"Anna": "unsubscribed", "Ben": "subscribed"}[row[0]]

        importer.run("\n".join([lines[0], *(",".join(f'"{cell}"' for cell in row) for row in rows)]), name="own.csv")

        emails = {
            pk: [one["status"] for one in key.get(f"contacts/{pk}/").json()["consents"] if one["channel"] == "email"]
            for pk in (anna, ben)
        }
        assert emails == {anna: ["unsubscribed"], ben: []}

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_as_it_is_it_changes_nothing(self, importer, key, trattoria, anna, kind):
        fulfilled(key, trattoria, guest={"email": "anna@example.com"})
        consent(key, trattoria, anna)
        key.patch(f"contacts/{anna}/", {"notes": "=likes\nthe corner", "company": "@home", "address": "Via Roma 1"})
        for tag in ("vip", "regular"):
            key.post(f"contacts/{anna}/tags/", {"tag": tag})
        pk = made(trattoria, key, format=kind)
        before = key.get(f"contacts/{anna}/").json()

        job = importer.run(fetched(key, pk), name=f"contacts.{kind}")

        assert job.counts == {"created": 0, "updated": 0, "unchanged": 1, "skipped": 0, "rejected": 0}
        assert key.get(f"contacts/{anna}/").json() == before


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

    assert (job.status, job.failure) == ("failed", running.FILTERS_LOST)
    assert key.get(f"exports/{pk}/download/").json()["code"] == "export_failed"


def test_what_was_searched_for_is_not_kept(key, trattoria, anna):
    pk = made(trattoria, key, filters={"q": "anna", "language": "it"})

    with trattoria.enter():
        assert ExportJob.objects.get(pk=pk).filters == {"language": "it"}
    assert "anna" not in key.get("audit/").content.decode().replace("anna@", "")


def test_an_empty_list_makes_a_file_with_headings(key, trattoria):
    assert len(table(key, made(trattoria, key))) == 1
    assert len(sheet(key, made(trattoria, key, format="xlsx"))) == 1


def test_every_further_column_has_a_heading_in_every_file(key, trattoria, anna):
    headings, _row = table(key, made(trattoria, key, columns=list(columns.FURTHER), venue=str(trattoria.venue.pk)))

    assert len(headings) == len(set(headings)) == 4 + len(columns.FURTHER) + 1
