"""The template staff can download, fill in and import (R-IO-1).

It names the required columns (e-mail or phone), shows two guests as examples, and its headings are those the import
understands in the language asked for. A column of allergies is there for who may read them (R-PRIV-3).
"""

from __future__ import annotations

import csv
import io

import openpyxl
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from crm import allergies
from importexport import columns, health_cells
from importexport.files.kind import FileKind

_KEYS = (
    "first_name", "last_name", "email", "phone", "language", "birthday", "address", "postcode", "city", "company",
    "tags", "notes", "allergies", "marketing_consent", "consent_source", "consent_date", "consent_wording", "registered_at",
    "visit_count", "last_visit_on", "order_count", "spend",
)  # fmt: skip
_EXAMPLES = {
    "it": ("Anna", "Bianchi", "+39 333 123 4567", "Via Roma 1", "00184", "Roma"),
    "fr": ("Anne", "Tremblay", "+1 514 555 0123", "12, rue Saint-Paul", "H2Y 1G8", "Montréal"),
    "pl": ("Anna", "Nowak", "+48 600 100 200", "ul. Długa 1", "00-238", "Warszawa"),
    "es": ("Ana", "García", "+34 612 345 678", "Calle Mayor 1", "28013", "Madrid"),
    "de": ("Anna", "Müller", "+49 151 23456789", "Hauptstraße 1", "10827", "Berlin"),
    "en": ("Anna", "Smith", "+44 7400 123456", "1 High Street", "SW1A 1AA", "London"),
}


def build(file_kind: FileKind, *, language: str) -> bytes:
    """The template as a workbook, or as CSV in UTF-8 with a byte order mark, which spreadsheets open rightly."""
    main = language.partition("-")[0]
    language = main if main in _EXAMPLES else "en"
    with translation.override(language):
        rows = [_headings(language), *_examples(language)]
        if file_kind is FileKind.CSV:
            return _as_csv(rows)
        return _as_workbook(rows)


def _keys() -> list[str]:
    return [key for key in _KEYS if key != health_cells.FIELD or allergies.may_be_read()]


def _headings(language: str) -> list[str]:
    """Keys say in parentheses that one of them is required; the import reads past parentheses."""
    required = _("required: e-mail or phone")
    every = (columns.BY_KEY[key] for key in _keys())
    return [
        f"{column.heading(language)} ({required})" if column.is_key else column.heading(language) for column in every
    ]


def _examples(language: str) -> list[list[str]]:
    first_name, last_name, phone, street, postcode, city = _EXAMPLES[language]
    whole = {
        "first_name": first_name, "last_name": last_name, "email": "anna@example.com", "phone": phone,
        "language": language, "birthday": "1980-02-28", "address": street, "postcode": postcode, "city": city,
        "tags": "VIP, Business", "notes": _("prefers the corner table"), "allergies": _("nuts"), "registered_at": "2024-08-11",
        "visit_count": "3",
        "last_visit_on": "2026-05-31", "order_count": "2", "spend": "85,50",
    }  # fmt: skip
    phone_only = {"first_name": first_name, "last_name": last_name, "phone": phone, "birthday": "--12-17"}
    return [[guest.get(key, "") for key in _keys()] for guest in (whole, phone_only)]


def _as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _as_workbook(rows: list[list[str]]) -> bytes:
    """Every cell is text, so that no spreadsheet turns a phone into `3.93E+11` or a postcode into a number."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = _("Contacts")
    for row in rows:
        sheet.append(row)
    for place, heading in enumerate(rows[0], start=1):
        sheet.cell(1, place).font = Font(bold=True)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = max(14, min(40, len(heading) + 2))
        for number in range(1, 501):
            sheet.cell(number, place).number_format = "@"
    sheet.freeze_panes = "A2"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
