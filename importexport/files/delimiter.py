"""Which sign stands between the cells of a CSV file (R-IO-1): comma, semicolon or tab.

The sign wins with which the first rows are as wide as the heading; then the one that gives more columns. Quoted
cells count as one, so a comma in a note or a decimal comma decides nothing. (`csv.Sniffer` chose the letter `i`.)
"""

from __future__ import annotations

import csv
from collections.abc import Iterable

CANDIDATES = (";", ",", "\t")
_ROWS = 200


def sniff(lines: Iterable[str]) -> str:
    """The delimiter of a file that starts with these lines; the comma when there is one column only."""
    sample = list(lines)
    return max((*CANDIDATES[1:], CANDIDATES[0]), key=lambda sign: _fitness(sample, sign))


def declared(line: str) -> str | None:
    """The delimiter that a first line like `sep=;` states, as Excel writes it."""
    stated = line.rstrip("\r\n").strip('"')
    if stated[:4].lower() == "sep=" and stated[4:] in CANDIDATES:
        return stated[4:]
    return None


def _fitness(lines: list[str], sign: str) -> tuple[float, int]:
    widths = _widths(lines, sign)
    if not widths or widths[0] < 2:
        return (0.0, 0)
    same = sum(width == widths[0] for width in widths)
    return (round(same / len(widths), 1), widths[0])


def _widths(lines: list[str], sign: str) -> list[int]:
    widths: list[int] = []
    try:
        for row in csv.reader(lines, delimiter=sign):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
            if len(widths) >= _ROWS:
                break
    except csv.Error:
        return widths
    return widths
