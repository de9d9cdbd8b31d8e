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
    widths = {sign: _widths(sample, sign) for sign in (",", "\t", ";")}
    by_heading = {sign: _fitness(own, own[0] if own else 0) for sign, own in widths.items()}
    if any(width for _share, width in by_heading.values()):
        return max(by_heading, key=lambda sign: by_heading[sign])
    # A title stands above the headings: most rows tell.
    return max(widths, key=lambda sign: _fitness(widths[sign], max(widths[sign], key=widths[sign].count, default=0)))


def declared(line: str) -> str | None:
    """The delimiter that a first line like `sep=;` states, as Excel writes it."""
    stated = line.rstrip("\r\n").strip('"')
    if stated[:4].lower() == "sep=" and stated[4:] in CANDIDATES:
        return stated[4:]
    return None


def _fitness(widths: list[int], expected: int) -> tuple[float, int]:
    """The share of rows as wide as expected, and that width."""
    if expected < 2:
        return (0.0, 0)
    return (round(sum(width == expected for width in widths) / len(widths), 1), expected)


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
