"""What an uploaded file is: judged by its content, never by its name (R-IO-1).

CSV has no mark of its own, so everything with the mark of another format is refused by name and the rest is text.
"""

from __future__ import annotations

import enum
import zipfile
from pathlib import Path

from django.utils.translation import gettext as _

from importexport.files import limits, refused

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_TABLES = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ",
    b"SQLite format 3", b"\x7fELF", b"MZ\x90", b"{\\rtf", b"\x00\x01\x00\x00Standard",
)  # fmt: skip
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<body", b"<svg", b"<!--")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_WORKBOOK = "xl/workbook.xml"


class FileKind(enum.StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


CONTENT_TYPES = {
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def recognize(path: Path) -> FileKind:
    """The kind of the file; raises `FileRefused` when it is empty, too large, or neither CSV nor XLSX."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(512)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise refused.FileEmpty
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        _check_size(size, limits.MAX_XLSX_BYTES)
        _check_archive(path, size)
        return FileKind.XLSX
    _check_is_text(head)
    _check_size(size, limits.MAX_CSV_BYTES)
    return FileKind.CSV


def _check_is_text(head: bytes) -> None:
    if head.startswith(_OLD_OFFICE):
        raise refused.OldWorkbook
    if head.startswith(_NO_TABLES):
        raise refused.UnsupportedFile
    start = head
    for bom in _BOMS:
        start = start.removeprefix(bom)
    if start.replace(b"\x00", b"").lstrip().lower().startswith(_MARKUP):
        raise refused.UnsupportedFile(_("This is a web page or XML, whatever its name says. Save it as CSV or XLSX."))


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise refused.UploadTooLarge(limit_bytes=limit)


def _check_archive(path: Path, size: int) -> None:
    """Judges the archive by its directory, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise refused.FileBroken from error
    names = {entry.filename for entry in entries}
    if _WORKBOOK not in names:
        raise refused.UnsupportedFile(_("This archive holds no XLSX workbook."))
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.MAX_ARCHIVE_ENTRIES or unpacked > limits.MAX_UNPACKED_BYTES:
        raise refused.FileTooLarge
    if unpacked > limits.RATIO_IS_JUDGED_FROM_BYTES and unpacked > size * limits.MAX_UNPACKED_RATIO:
        raise refused.FileTooLarge
