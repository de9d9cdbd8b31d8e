"""Cells that a spreadsheet would run as a formula, made harmless in CSV; in a workbook every cell has its type (R-IO-2, R-IO-4)."""

from __future__ import annotations

import re

# What a spreadsheet takes for the start of a formula.
_START = re.compile(r"[=@\t\r+-]")
# A number, such as a phone with its `+`, computes nothing as long as no further sign stands in it.
_NUMBER = re.compile(r"[+-][\d .()]*")


def neutral(cell: str) -> str:
    """The cell with an apostrophe before what would be computed."""
    return f"'{cell}" if _START.match(cell) and not _NUMBER.fullmatch(cell) else cell
