"""The report of a run: a table for the terminal, and docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.figures import Outcome, Table


def text(outcomes: Iterable[Outcome]) -> str:
    outcomes = list(outcomes)
    lines = [line for outcome in outcomes for table in outcome.tables for line in _table(table)]
    bars = Table("Bars", ["bar", "figure", "demand", "verdict"])
    bars.rows = [[bar.name, bar.figure, bar.demand, bar.verdict] for outcome in outcomes for bar in outcome.bars]
    return "\n".join([*lines, *_table(bars)])


def _table(table: Table) -> list[str]:
    widths = [max(len(row[column]) for row in [table.columns, *table.rows]) for column in range(len(table.columns))]
    rows = [table.columns, ["-" * width for width in widths], *table.rows]
    return [f"## {table.title}", "", *(_line(row, widths) for row in rows), "", *table.notes, ""]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
