"""Birthday and anniversary, and when each comes next (R-CRM-1)."""

from __future__ import annotations

import datetime

import pytest

from crm import editing, special_dates
from tests.crm.guests import ANNA, take
from tests.personas import Place

TODAY = datetime.date(2026, 11, 22)


def test_the_next_one_comes_first(inside: Place) -> None:
    anna = take(inside, **ANNA, birthday="1980-11-21").known_contact
    anna = editing.edit(anna, {"anniversary": "--11-25"}).contact

    found = [(one.kind.value, one.date, one.days_until) for one in special_dates.of(anna, TODAY)]

    assert found == [("anniversary", "--11-25", 3), ("birthday", "1980-11-21", 364)]


@pytest.mark.parametrize(
    ("day", "is_near"), [("--11-22", True), ("--11-29", True), ("--11-30", False), ("--11-21", False)]
)
def test_the_board_marks_today_and_the_seven_days_after(inside: Place, day: str, is_near: bool) -> None:
    anna = take(inside, **ANNA, birthday=day).known_contact

    assert bool(special_dates.near(anna, TODAY)) is is_near
