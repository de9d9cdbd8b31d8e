"""R-IO-1: CSV and XLSX in every encoding and with every delimiter become the same rows; anything else is refused."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from importexport import columns
from importexport.files import limits, refused, table
from importexport.files.encoding import Encoding
from importexport.files.kind import FileKind
from importexport.files.rows import Row

SAMPLES = Path(__file__).parent / "samples"
HEAD = ["Nome", "Cognome", "E-mail", "Note"]
ITALIAN = [
    ["Niccolò", "Papà", "n@example.net", "tavolo; d'angolo, più tè"],
    ["Zoè", "Cantù", "z@example.net", 'dice "sì"'],
]
POLISH = [
    ["Łucja", "Żądło", "l@example.net", "stolik; w kącie, więcej"],
    ["Paweł", "Gęś", "g@example.net", 'mówi "tak"'],
]
FRENCH = [["Zoé", "Lefèvre", "z@example.net", "fenêtre; côté jardin, déjà"], ["Benoît", "Çelik", "b@example.net", "où"]]
SPANISH = [["Íñigo", "Muñoz", "i@example.net", "¿alergia?; años, más"], ["Begoña", "Peña", "b@example.net", "mañana"]]
GERMAN = [["Jörg", "Weiß", "j@example.net", "schön; früh, süß"], ["Käthe", "Müller", "k@example.net", "Tür"]]

Write = Callable[[bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(data: bytes) -> Path:
        path = tmp_path / "upload"
        path.write_bytes(data)
        return path

    return _write


def csv_text(rows: list[list[str]], sign: str, *, quote_all: bool = False) -> str:
    def cell(text: str) -> str:
        needs = quote_all or any(mark in text for mark in (sign, '"', "\n"))
        return '"' + text.replace('"', '""') + '"' if needs else text

    return "".join(sign.join(map(cell, row)) + "\r\n" for row in [HEAD, *rows])


def workbook(*rows: list[object], title: str = "Foglio1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rows_of(path: Path, found: table.Table) -> Iterator[Row]:
    return table.rows(path, found.shape)


def cells(path: Path) -> list[list[str]]:
    found = table.inspect(path)
    return [found.headings, *(row.cells for row in rows_of(path, found))]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("quote_all", [False, True])
@pytest.mark.parametrize(
    ("rows", "codec", "expected"),
    [
        *[(rows, "utf-8", Encoding.UTF_8) for rows in (ITALIAN, POLISH, FRENCH, SPANISH, GERMAN)],
        *[(rows, "utf-8-sig", Encoding.UTF_8) for rows in (ITALIAN, POLISH)],
        *[(rows, "utf-16-le", Encoding.UTF_16_LE) for rows in (ITALIAN, POLISH)],
        *[(rows, "utf-16-be", Encoding.UTF_16_BE) for rows in (ITALIAN, POLISH)],
        *[(rows, "utf-16", Encoding.UTF_16_LE) for rows in (ITALIAN, POLISH)],
        (POLISH, "cp1250", Encoding.WINDOWS_1250),
        *[(rows, "cp1252", Encoding.WINDOWS_1252) for rows in (ITALIAN, FRENCH, SPANISH, GERMAN)],
    ],
)
def test_every_encoding_and_delimiter_gives_the_same_rows(write, rows, codec, expected, sign, quote_all):
    path = write(csv_text(rows, sign, quote_all=quote_all).encode(codec))

    found = table.inspect(path)

    assert (found.kind, found.encoding, found.delimiter) == (FileKind.CSV, expected, sign)
    assert cells(path) == [HEAD, *rows]


@pytest.mark.parametrize(
    ("word", "codec"),
    [
        ("Kamiński", "cp1250"), ("Imię", "cp1250"), ("Ochał", "cp1250"), ("Gdańsk", "cp1250"), ("Łódź", "cp1250"),
        ("Święcicka", "cp1250"), ("Ćwik", "cp1250"), ("Wójcik Żak", "cp1250"),
        ("Núñez", "cp1252"), ("España", "cp1252"), ("città", "cp1252"), ("sœur", "cp1252"), ("Benoît", "cp1252"),
        ("Müller", "cp1252"), ("perché", "cp1252"), ("¿alergia?", "cp1252"), ("20 €", "cp1252"), ("forêt", "cp1252"),
    ],
)  # fmt: skip
def test_letters_decide_between_windows_1250_and_1252(write, word, codec):
    path = write(f"Nome;E-mail\n{word};a@example.net\n".encode(codec))

    assert cells(path)[1] == [word, "a@example.net"]


def test_staff_can_correct_the_encoding(write):
    path = write("Nome;E-mail\nMüller;a@example.net\n".encode("cp1252"))

    assert table.inspect(path, chosen_encoding=Encoding.WINDOWS_1250).encoding is Encoding.WINDOWS_1250
    with pytest.raises(refused.EncodingUnknown) as error:
        table.inspect(path, chosen_encoding=Encoding.UTF_8)
    assert error.value.extra == {"line": 2}


def test_decimal_commas_and_commas_in_notes_do_not_decide_the_delimiter(write):
    path = write(b"Email;Spesa;Note\na@x.it;1,20;uno, due, tre, quattro\nb@x.it;3,40;cinque, sei, sette, otto\n")

    assert table.inspect(path).headings == ["Email", "Spesa", "Note"]


def test_a_file_of_one_column_is_a_list_of_addresses(write):
    path = write(b"email\na@example.net\nb@example.net\n")

    found = table.inspect(path)

    assert (found.headings, found.row_count) == (["email"], 2)


def test_the_separator_line_of_excel_is_no_heading(write):
    path = write(b"sep=;\r\nEmail;Nome\r\na@x.it;Anna\r\n")

    found = table.inspect(path)

    assert found.headings == ["Email", "Nome"]
    assert [row.number for row in rows_of(path, found)] == [3]


def test_blank_rows_are_skipped_and_the_others_keep_their_number(write):
    path = write(b"\n;;\nEmail;Nome\n\na@x.it;Anna\n;\nb@x.it;Bea\n")

    found = table.inspect(path)

    assert [(row.number, row.cells) for row in rows_of(path, found)] == [
        (5, ["a@x.it", "Anna"]),
        (7, ["b@x.it", "Bea"]),
    ]


def test_short_rows_are_padded_and_long_rows_keep_their_surplus(write):
    path = write(b"Email;Nome;Note\na@x.it\nb@x.it;Bea;nota;;\nc@x.it;Ciro;nota;altro\n")

    assert cells(path)[1:] == [["a@x.it", "", ""], ["b@x.it", "Bea", "nota"], ["c@x.it", "Ciro", "nota", "altro"]]


def test_nameless_and_repeated_headings_get_names_of_their_own(write):
    path = write(b"Email;;Tel;Tel\na@x.it;1;2;3\n")

    assert table.inspect(path).headings == ["Email", "Column 2", "Tel", "Tel (2)"]


@pytest.mark.parametrize(
    "data",
    [
        b"Lista clienti;;\n;;\nNome;Email;Tel\nAnna;a@x.it;1\n",
        b"Lista clienti\n\nNome;Email;Tel\nAnna;a@x.it;1\nBea;b@x.it;2\n",
        workbook(["Lista clienti"], [], ["Nome", "Email", "Tel"], ["Anna", "a@x.it", "1"]),
    ],
)
def test_a_title_above_the_headings_is_passed_over(write, data):
    path = write(data)

    found = table.inspect(path)

    assert (found.headings, found.heading_row) == (["Nome", "Email", "Tel"], 3)
    assert next(rows_of(path, found)).cells == ["Anna", "a@x.it", "1"]


def test_a_list_without_headings_loses_no_row(write):
    path = write(b"a@x.it;Anna\nb@x.it;Bea\n")

    found = table.inspect(path)

    assert (found.headings, found.row_count) == (["Column 1", "Column 2"], 2)
    assert [row.cells[0] for row in rows_of(path, found)] == ["a@x.it", "b@x.it"]
    assert columns.guess(found.headings, found.sample) == {"Column 1": "email"}


def test_a_note_may_hold_line_breaks(write):
    path = write(b'Email;Note\na@x.it;"una\nriga"\nb@x.it;x\n')

    assert cells(path)[1:] == [["a@x.it", "una\nriga"], ["b@x.it", "x"]]


def test_a_workbook_keeps_dates_and_whole_numbers(write):
    path = write(
        workbook(
            ["Email", "Cellulare", "Nascita", "Registrato", "Spesa"],
            ["a@x.it", 3331234567, datetime.date(1980, 2, 1), datetime.datetime(2024, 8, 11, 19, 30), 12.5],  # noqa: DTZ001
            ["b@x.it", 393331234567, None, None, 12.345],
            ["c@x.it", 3.93e11, None, None, 10],
        )
    )

    assert cells(path)[1:] == [
        ["a@x.it", "3331234567", "1980-02-01", "2024-08-11T19:30:00", "12.5000"],
        ["b@x.it", "393331234567", "", "", "12.3450"],
        ["c@x.it", "3.93000E+11", "", "", "10"],
    ]


def test_the_first_visible_sheet_with_rows_is_read(write):
    book = openpyxl.Workbook()
    book.active.title = "Vuoto"
    hidden = book.create_sheet("Nascosto")
    hidden.append(["segreto"])
    hidden.sheet_state = "hidden"
    guests = book.create_sheet("Clienti")
    guests.append(["Email"])
    guests.append(["a@x.it"])
    stream = io.BytesIO()
    book.save(stream)

    assert cells(write(stream.getvalue())) == [["Email"], ["a@x.it"]]


ZIP_WITHOUT_BOOK = io.BytesIO()
with zipfile.ZipFile(ZIP_WITHOUT_BOOK, "w") as archive:
    archive.writestr("clienti.csv", "Email\na@x.it\n")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf\r\n", "file_empty"),
        (b"Email;Nome\r\n", "no_data_row"),
        (b"Email;Nome\r\n;\r\n\r\n", "no_data_row"),
        (workbook(["Email", "Nome"]), "no_data_row"),
        (workbook(), "file_empty"),
        (b"Email;Nome\na@x.it;An\x00na\n", "nul_bytes"),
        ("Email;Nome\na@x.it;An\x00na\n".encode("utf-16"), "nul_bytes"),
        (b"%PDF-1.7 ...", "unsupported_file"),
        (b"\x89PNG\r\n\x1a\n...", "unsupported_file"),
        (b"<!DOCTYPE html><table><tr><td>Email", "unsupported_file"),
        (b"\xef\xbb\xbf<html><body>Email", "unsupported_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_workbook"),
        (ZIP_WITHOUT_BOOK.getvalue(), "unsupported_file"),
        (workbook(["Email"], ["a@x.it"])[:-200], "file_broken"),
        (b'Email;Nome\nb@x.it;x\na@x.it;"aperta\nc@x.it;y\n' * 3, "file_broken"),
        (b"Email;Nome\na@x.it;" + b"x" * 40_000 + b"\n", "cell_too_long"),
        (b";".join(b"c%d" % n for n in range(201)) + b"\n" + b"1\n", "too_many_columns"),
        (workbook([f"c{n}" for n in range(201)], [1]), "too_many_columns"),
        (("Nome;E-mail\n" + "Niccolò;a@x.it\n" * 50).encode() + b"\xff\xfe\x9d;b@x.it\n", "file_broken"),
    ],
)
def test_a_file_that_is_no_list_is_refused_by_name(write, data, code):
    with pytest.raises(refused.FileRefused) as error:
        table.inspect(write(data))

    assert (error.value.code, error.value.status, error.value.field) == (code, 400, "file")


def test_a_quotation_mark_never_closed_is_found_with_its_line(write):
    with pytest.raises(refused.FileBroken) as error:
        table.inspect(write(b'Email;Nome\na@x.it;Anna\nb@x.it;"Bea\nc@x.it;Ciro\n'))

    assert error.value.extra == {"line": 3}


def test_too_many_bytes_are_refused_before_reading(write, monkeypatch):
    monkeypatch.setattr(limits, "MAX_CSV_BYTES", 20)

    with pytest.raises(refused.FileTooLarge):
        table.inspect(write(b"Email;Nome\na@x.it;Anna\n"))


@pytest.mark.parametrize("data", [b"Email\na@x.it\nb@x.it\nc@x.it\n", workbook(["Email"], ["a"], ["b"], ["c"])])
def test_too_many_rows_are_refused(write, monkeypatch, data):
    monkeypatch.setattr(limits, "MAX_ROWS", 2)

    with pytest.raises(refused.TooManyRows):
        table.inspect(write(data))


def bomb(sheet: bytes) -> bytes:
    """A true workbook whose sheet is replaced."""
    source = zipfile.ZipFile(io.BytesIO(workbook(["Email"], ["a@x.it"])))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else source.read(name))
    return stream.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def test_an_archive_that_unpacks_beyond_measure_is_refused_by_its_directory(write):
    data = bomb(SHEET % (b" " * 60_000_000))
    assert len(data) < 100_000

    with pytest.raises(refused.FileTooLarge):
        table.inspect(write(data))


def test_a_sheet_that_claims_every_cell_exhausts_only_its_own_process(write):
    far = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'

    with pytest.raises(refused.FileTooLarge):
        table.inspect(write(bomb(SHEET % far)))


def test_a_workbook_that_takes_too_long_is_refused(write, monkeypatch):
    monkeypatch.setattr(limits, "WORKBOOK_SECONDS", 0)

    with pytest.raises(refused.FileRefused):
        table.inspect(write(workbook(["Email"], ["a@x.it"])))


@pytest.mark.parametrize(
    ("name", "kind", "encoding", "sign", "rows"),
    [
        ("clienti_it.csv", FileKind.CSV, Encoding.WINDOWS_1252, ";", 406),
        ("baza_klientow_pl.csv", FileKind.CSV, Encoding.WINDOWS_1250, ";", 300),
        ("google_contacts.csv", FileKind.CSV, Encoding.UTF_8, ",", 250),
        ("clients_fr_ca.xlsx", FileKind.XLSX, None, None, 300),
    ],
)
def test_the_sample_files_are_read_as_what_they_are(name, kind, encoding, sign, rows):
    found = table.inspect(SAMPLES / name)

    assert (found.kind, found.encoding, found.delimiter, found.row_count) == (kind, encoding, sign, rows)
