"""The report of a run: tables for the terminal, and docs/benchmarks.md."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.db import connection

from bench.figures import Outcome, Table
from config import state

PAGE = state.PROJECT_ROOT / "docs" / "benchmarks.md"
PACKAGES = ("Django", "djangorestframework", "psycopg", "granian")
HEAD = """# Benchmarks

Written by `make bench`, which fails when a bar is missed. Every figure stands beside a peer or a limit measured in the
same run on the same servers, since seconds alone say more about the machine than about Coperto.

- **The guest list** (`GET /api/v1/contacts/`): one client asks for pages of 50, beside the best raw SQL for the same rows
  as the owner of the tables, without row level security. The bar holds for the slowest ask by itself.
- **One guest**: those with the longest histories, as the API and as the card's page show them.
- **Statistics made anew**: as `manage.py rebuild_statistics` does, over a part of the list.
- **Intakes** (`POST bookings/`, `orders/`, `wifi-sessions/`): eight clients with kept-alive connections, beside a bare
  REST framework view with token authentication and one `INSERT ... ON CONFLICT`, on the same web server and the same
  PostgreSQL. Rounds of both alternate; the ratio is the median of the rounds' ratios.
- **Plans**: every statement of every request is explained where it runs. A sequential scan of a table of 10,000 rows or
  more fails the run, and so does an intake that reads all that a tenant has in one.
"""


def text(outcomes: Iterable[Outcome]) -> str:
    """All tables, and the bars last."""
    outcomes = list(outcomes)
    bars = Table("Bars", ["bar", "figure", "demand", "verdict"])
    bars.rows = [[bar.name, bar.figure, bar.demand, bar.verdict] for outcome in outcomes for bar in outcome.bars]
    tables = [table for outcome in outcomes for table in outcome.tables]
    return "\n".join(line for table in [*tables, bars] for line in _table(table))


def write(outcomes: Iterable[Outcome], circumstances: str) -> None:
    """Replace docs/benchmarks.md."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(f"{HEAD}\n{circumstances}\n\n{text(outcomes)}", encoding="utf-8")


def circumstances(*, contacts: int, others: int) -> str:
    """When and on what this was measured."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        (server,) = cursor.fetchone()
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    load = os.getloadavg()[1]
    return (
        f"Measured on {datetime.datetime.now(datetime.UTC):%d %B %Y}, {os.cpu_count()} cores ({_processor()}), "
        f"load {load:.1f} in the last five minutes. Python {platform.python_version()}, PostgreSQL {server}, {packages}. "
        f"One tenant with {contacts:,} contacts, {others:,} others beside it."
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _table(table: Table) -> list[str]:
    widths = [max(len(row[column]) for row in [table.columns, *table.rows]) for column in range(len(table.columns))]
    rows = [table.columns, ["-" * width for width in widths], *table.rows]
    notes = [*table.notes, ""] if table.notes else []
    return [f"## {table.title}", "", *(_line(row, widths) for row in rows), "", *notes]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
