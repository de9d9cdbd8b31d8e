"""R-IO-2: the file of refused rows can be corrected and uploaded as it is; no spreadsheet runs what stands in it."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from django.utils import translation

from crm.models import Contact
from importexport import errors_file
from importexport.files.kind import FileKind

LIST = 'Nome;E-mail;Cellulare;Note\n=1+1;;;-senza glutine\nBea;bea@example;;"riga\ndue"\nAnna;anna@example.net;;\n@Ciro;;+39 12;x\n'


def refused(importer, job, kind=FileKind.CSV, language="en"):
    with importer.place.enter(), translation.override(language):
        return errors_file.build(job, kind)


def rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_formulas_are_neutralized_and_phones_left_alone(importer):
    found = rows(refused(importer, importer.run(LIST)))

    assert found[0] == ["Nome", "E-mail", "Cellulare", "Note", "Coperto: reason"]
    assert [row[:4] for row in found[1:]] == [
        ["'=1+1", "", "", "'-senza glutine"],
        ["Bea", "bea@example", "", "riga\ndue"],
        ["'@Ciro", "", "+39 12", "x"],
    ]
    assert found[2][4].startswith("The row has no usable e-mail and no usable phone. bea@example: ")


def test_corrected_rows_go_in_as_they_were_written(importer):
    found = rows(refused(importer, importer.run(LIST)))
    found[1][1] = "uno@example.net"
    corrected = io.StringIO()
    csv.writer(corrected, delimiter=";").writerows(found)

    job = importer.run(corrected.getvalue())
    again = rows(refused(importer, job))

    assert job.counts == {"created": 1, "updated": 0, "unchanged": 0, "skipped": 0, "rejected": 2}
    assert again[0] == found[0]
    with importer.place.enter():
        assert Contact.objects.get(email="uno@example.net").notes == "-senza glutine"


def test_a_workbook_of_refused_rows_holds_text_only(importer):
    sheet = openpyxl.load_workbook(io.BytesIO(refused(importer, importer.run(LIST), FileKind.XLSX))).active

    assert [cell.value for cell in sheet[2]][:4] == ["=1+1", None, None, "-senza glutine"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


@pytest.mark.parametrize(
    ("language", "heading"), [("it", "Coperto: motivo"), ("pl", "Coperto: powód"), ("fr-ca", "Coperto : motif")]
)
def test_the_reason_is_headed_in_the_readers_language(importer, language, heading):
    assert rows(refused(importer, importer.run(LIST), language=language))[0][-1] == heading
