"""Plots as inline SVG: geometry here, colors in the style sheet, and the same numbers as a table for who cannot see them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

WIDTH, HEIGHT = 480, 210
LEFT, BOTTOM, TOP = 68, 26, 12
GAP = 0.28
# So many labels fit below the columns, on a phone too.
MOST_LABELS = 6
GRID_LINES = 4


@dataclass(frozen=True, slots=True)
class Series:
    """What one color stands for. `tone` names the color in the style sheet."""

    key: str
    label: str | Promise
    tone: str


@dataclass(frozen=True, slots=True)
class Column:
    """One place on the axis and the value of each series there."""

    label: str
    values: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.values.values())


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label of an axis: `at` along it."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class TableRow:
    label: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything `dashboard/reports/plot.html` draws. Lengths are units of the view box."""

    name: str
    title: str
    unit: str
    series: Sequence[Series]
    bars: list[Bar]
    lines: list[Mark]
    labels: list[Mark]
    table: list[TableRow]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    label_y: int = HEIGHT - 6

    @property
    def is_empty(self) -> bool:
        return not self.bars


def stacked(
    name: str,
    title: str,
    unit: str,
    columns: Sequence[Column],
    series: Sequence[Series],
    *,
    written: Callable[[int], str],
) -> Plot:
    """Columns of stacked bars, one color a series; `written` puts a value into words."""
    top = _round_up(max((column.total for column in columns), default=0))
    step = (WIDTH - LEFT) / max(1, len(columns))
    bars = [
        bar
        for number, column in enumerate(columns)
        for bar in _bars(
            column, series, x=LEFT + step * (number + GAP / 2), width=step * (1 - GAP), top=top, written=written
        )
    ]
    return Plot(
        name=name,
        title=title,
        unit=unit,
        series=series,
        bars=bars,
        lines=[Mark(_y(top * part / GRID_LINES, top), written(round(top * part / GRID_LINES))) for part in _parts(top)],
        labels=_labels(columns, step),
        table=[
            TableRow(column.label, [written(column.values.get(one.key, 0)) for one in series]) for column in columns
        ],
    )


def _bars(
    column: Column, series: Sequence[Series], *, x: float, width: float, top: int, written: Callable[[int], str]
) -> list[Bar]:
    bars, below = [], 0
    for one in series:
        value = column.values.get(one.key, 0)
        if value > 0:
            y = _y(below + value, top)
            text = f"{column.label}, {one.label}: {written(value)}"
            bars.append(Bar(round(x, 1), y, round(width, 1), round(_y(below, top) - y, 1), one.tone, text))
            below += value
    return bars


def _y(value: float, top: int) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / max(1, top)), 1)


def _parts(top: int) -> range:
    """The grid lines: few for few things, since there is no half a visit."""
    return range(0, GRID_LINES + 1, 1 if top >= GRID_LINES else GRID_LINES)


def _labels(columns: Sequence[Column], step: float) -> list[Mark]:
    every = math.ceil(len(columns) / MOST_LABELS) or 1
    return [
        Mark(round(LEFT + step * (number + 0.5), 1), column.label)
        for number, column in enumerate(columns)
        if number % every == 0
    ]


def _round_up(value: int) -> int:
    """The next number that reads well as the end of an axis: 1, 2, 4, 8, 10, 20, 40 ..."""
    if value <= 0:
        return 0
    power: int = 10 ** (len(str(value)) - 1)
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)
