"""Figures and bars: what was measured, and what it must not miss."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else float("nan")


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1)] if ordered else float("nan")


@dataclass(frozen=True, slots=True)
class Bar:
    """One demand of the contract, and whether the figure keeps it."""

    name: str
    figure: str
    demand: str
    is_kept: bool

    @property
    def verdict(self) -> str:
        return "kept" if self.is_kept else "MISSED"


@dataclass(slots=True)
class Table:
    """Rows of figures under a title, as they are printed and written to docs/benchmarks.md."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What one benchmark found."""

    tables: list[Table] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"
