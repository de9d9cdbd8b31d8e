"""Why a file as a whole is refused at upload (R-IO-1): each reason has its code and says what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tenants.refusal import Refusal


class FileRefused(Refusal):
    """The uploaded file cannot be read as a list of guests; nothing was stored."""

    code = "file_refused"
    status = 400
    default_message = _("This file cannot be read.")

    def __init__(self, message: str = "", **extra: int | str) -> None:
        super().__init__(message, field="file", **extra)


class FileEmpty(FileRefused):
    code = "file_empty"
    default_message = _("The file is empty.")


class NoDataRow(FileRefused):
    code = "no_data_row"
    default_message = _("The file has no row below its headings.")


class FileTooLarge(FileRefused):
    code = "file_too_large"
    default_message = _("The file is too large. Split it and import the parts one after the other.")


class UploadTooLarge(FileTooLarge):
    """More bytes than are read at all."""

    status = 413


class TooManyRows(FileTooLarge):
    code = "too_many_rows"
    default_message = _("The file has too many rows. Split it and import the parts one after the other.")


class TooManyColumns(FileTooLarge):
    code = "too_many_columns"
    default_message = _("The file has too many columns. Keep those that describe the guest.")


class CellTooLong(FileTooLarge):
    code = "cell_too_long"
    default_message = _("A cell is longer than any spreadsheet allows. Perhaps a quotation mark is not closed.")


class UnsupportedFile(FileRefused):
    code = "unsupported_file"
    default_message = _("Only CSV and XLSX files can be imported.")


class OldWorkbook(UnsupportedFile):
    code = "old_workbook"
    default_message = _(
        "This is a workbook of the old XLS format or one protected by a password. Save it as XLSX without a password."
    )


class FileBroken(FileRefused):
    code = "file_broken"
    default_message = _("The file is damaged. Save it once more and upload it again.")


class FileMissing(FileRefused):
    code = "file_missing"
    default_message = _("The uploaded file is no longer there. Upload it again.")


class NulBytes(FileRefused):
    code = "nul_bytes"
    default_message = _("The file holds NUL bytes: it is damaged or no text. Save it once more as CSV or XLSX.")


class EncodingUnknown(FileRefused):
    code = "encoding_unknown"
    default_message = _("The characters of the file cannot be read in this encoding. Save it as CSV UTF-8.")
