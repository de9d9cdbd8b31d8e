"""The rows of an XLSX workbook, read by a child process with limits of memory and time (R-IO-1)."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from importexport.files import limits, refused, workbook_child
from importexport.files.rows import Row

_REFUSALS: dict[int, type[refused.FileRefused]] = {
    workbook_child.EXIT_BROKEN: refused.FileBroken,
    workbook_child.EXIT_PASSWORD: refused.OldWorkbook,
    workbook_child.EXIT_NO_SHEET: refused.FileEmpty,
    workbook_child.EXIT_MEMORY: refused.FileTooLarge,
    workbook_child.EXIT_ROWS: refused.TooManyRows,
    workbook_child.EXIT_COLUMNS: refused.TooManyColumns,
    workbook_child.EXIT_CELL: refused.CellTooLong,
}


def rows(path: Path) -> Iterator[Row]:
    """Every row of the first visible sheet that is not blank; raises `FileRefused`."""
    with tempfile.TemporaryFile() as output:
        _run_child(path, output)
        output.seek(0)
        for line in output:
            number, cells = json.loads(line)
            yield Row(number, cells)


def _run_child(path: Path, output: IO[bytes]) -> None:
    numbers = (
        limits.WORKBOOK_MEMORY_BYTES,
        limits.WORKBOOK_OUTPUT_BYTES,
        limits.WORKBOOK_SECONDS,
        limits.MAX_ROWS,
        limits.MAX_COLUMNS,
        limits.MAX_CELL_CHARACTERS,
    )
    command = [sys.executable, "-I", "-X", "utf8", workbook_child.__file__, str(path), *map(str, numbers)]
    try:
        done = subprocess.run(  # noqa: S603 - our own script, arguments without a shell
            command, stdout=output, stderr=subprocess.DEVNULL, timeout=limits.WORKBOOK_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise refused.FileTooLarge(_("The workbook takes too long to read. Save it as CSV.")) from error
    if done.returncode < 0:
        # Killed by a limit: the library gives up by a signal when memory runs out.
        raise refused.FileTooLarge(_("The workbook needs too much memory. Save it as CSV."))
    if done.returncode:
        raise _REFUSALS.get(done.returncode, refused.FileBroken)
