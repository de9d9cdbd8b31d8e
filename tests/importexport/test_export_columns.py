"""R-IO-4: the columns of a file, the customer report in the order of the rule, and what each cell is to a spreadsheet."""

from __future__ import annotations

import io

import openpyxl
import pytest

from crm.models import Contact
from importexport.exporting import columns
from tests.api.test_orders import fulfilled, order
from tests.importexport.exports import fetched, made, records, sheet, table
from tests.outreach.people import agree

REPORT = ["Account creation date", "First name", "Last name", "Email address", "Phone", "Marketing consent",
          "Number of orders", "Order value", "Coperto ID"]  # fmt: skip


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
    agree(key, anna, trattoria)
    named = {
        name: {**value, "venue": str(trattoria.venues[0].pk)}
        if name == "marketable"
        else str(trattoria.venues[value].pk)
        for name, value in wish.items()
    }

    (row,) = records(key, made(trattoria, key, kind="customer_report", **named))

    assert row["Marketing consent"] == shown


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
    agree(key, anna, trattoria)

    (row,) = records(key, made(trattoria, key))

    assert (row["Email consent (Centro)"], row["Email consent (Mare)"]) == ("subscribed", "")


def test_headings_and_words_are_in_the_language_of_who_asks(trattoria, bearer, commits):
    key = bearer(trattoria, **{"Accept-Language": "pl"})
    contact = key.post("contacts/", {"email": "anna@example.com", "first_name": "Anna"}).json()["id"]
    agree(key, contact, trattoria)

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


def test_every_further_column_has_a_heading_in_every_file(key, trattoria, anna):
    headings, _row = table(key, made(trattoria, key, columns=list(columns.FURTHER), venue=str(trattoria.venue.pk)))

    assert len(headings) == len(set(headings)) == 4 + len(columns.FURTHER) + 1
