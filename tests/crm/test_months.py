"""Calendar months: the same day, or the last one of a month that has no such day (R-PRIV-2)."""

from __future__ import annotations

import datetime

import pytest

from crm import months


@pytest.mark.parametrize(
    ("day", "count", "later"),
    [
        ("2026-01-15", 1, "2026-02-15"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-10", -13, "2024-12-10"),
        ("2026-11-26", -36, "2023-11-26"),
    ],
)
def test_months_later_and_earlier(day: str, count: int, later: str) -> None:
    assert months.later(datetime.date.fromisoformat(day), count) == datetime.date.fromisoformat(later)
