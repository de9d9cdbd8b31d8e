"""The rows of an XLSX workbook, read by a child process with limits of memory and time (R-IO-1)."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
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


_PATIENCE_SECONDS = 2.0


def rows(path: Path, *, while_waiting: Callable[[], None] = lambda: None) -> Iterator[Row]:
    """Every row of the first visible sheet that is not blank; raises `FileRefused`."""
    with tempfile.TemporaryFile() as output:
        _check_end(_run_child(path, output, while_waiting))
        output.seek(0)
        for line in output:
            number, cells = json.loads(line)
            yield Row(number, cells)


def _run_child(path: Path, output: IO[bytes], while_waiting: Callable[[], None]) -> int:
    numbers = (
        limits.WORKBOOK_MEMORY_BYTES,
        limits.WORKBOOK_OUTPUT_BYTES,
        limits.WORKBOOK_SECONDS,
        limits.MAX_ROWS,
        limits.MAX_COLUMNS,
        limits.MAX_CELL_CHARACTERS,
    )
    command = [sys.executable, "-I", "-X", "utf8", workbook_child.__file__, str(path), *map(str, numbers)]
    deadline = time.monotonic() + limits.WORKBOOK_SECONDS
    with subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL) as child:
        try:
            while time.monotonic() < deadline:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return child.wait(timeout=_PATIENCE_SECONDS)
                while_waiting()
        finally:
            child.kill()
    raise refused.FileTooLarge(_("The workbook takes too long to read. Save it as CSV."))


def _check_end(code: int) -> None:
    if code < 0:
        # Ended by a signal: the library gives up that way when memory runs out.
        raise refused.FileTooLarge(_("The workbook needs too much memory. Save it as CSV."))
    if code:
        raise _REFUSALS.get(code, refused.FileBroken)
