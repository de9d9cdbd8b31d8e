"""A row of cells, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """Cells as text. `number` is the row's number in a spreadsheet: the headings of most files are row 1.

    Dates of a workbook arrive as ISO text (`1980-02-01`, `1980-02-01T19:30:00`), whole numbers without a fraction.
    """

    number: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)
