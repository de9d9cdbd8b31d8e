"""Amounts, dates, times and counts are written as the reader's language writes them (R-SERVICE-2)."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import translation

from dashboard.templatetags import coperto

SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("language", "minor", "currency", "written"),
    [
        ("it", 291400, "EUR", f"2.914{SPACE}€"),
        ("fr", 291400, "CAD", f"2{SPACE}914{SPACE}$"),
        ("en", 291400, "EUR", "€2,914"),
        ("pl", 291400, "PLN", f"2{SPACE}914{SPACE}zł"),
        ("it", 7107, "EUR", f"71,07{SPACE}€"),
        ("en", 7100, "EUR", "€71"),
        ("en", 7107, "CHF", f"CHF{SPACE}71.07"),
        ("en", 5000, "JPY", f"JPY{SPACE}5,000"),
        ("en", None, "EUR", "\u2013"),
    ],
)
def test_money_is_written_by_locale(language: str, minor: int | None, currency: str, written: str) -> None:
    with translation.override(language):
        assert coperto.money(minor, currency) == written


@pytest.mark.parametrize(
    ("language", "on", "written"),
    [
        ("en", datetime.date(2026, 11, 20), f"20{SPACE}Nov"),
        ("it", datetime.date(2026, 11, 20), f"20{SPACE}nov"),
        ("en", datetime.date(2025, 11, 20), f"20{SPACE}Nov{SPACE}2025"),
    ],
)
@time_machine.travel("2026-11-22 12:00 +0000")
def test_a_day_carries_its_year_when_it_is_not_this_one(language: str, on: datetime.date, written: str) -> None:
    with translation.override(language):
        assert coperto.day(on) == written


@time_machine.travel("2026-11-22 12:00 +0000")
def test_the_board_names_its_day_in_full() -> None:
    with translation.override("en"):
        assert coperto.long_day(datetime.date(2026, 11, 22)) == "Sunday 22 November"
    with translation.override("fr"):
        assert coperto.long_day(datetime.date(2026, 11, 22)) == "dimanche 22 novembre"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "First visit"),
        (2, "2nd visit"),
        (3, "3rd visit"),
        (11, "11th visit"),
        (18, "18th visit"),
        (21, "21st visit"),
        (112, "112th visit"),
    ],
)
def test_visits_are_counted_in_words(number: int, written: str) -> None:
    with translation.override("en"):
        assert coperto.nth_visit(number) == written


def test_a_birthday_may_lack_its_year() -> None:
    with translation.override("en"):
        assert coperto.birthday("--03-14") == "14 March"
        assert coperto.birthday("1980-03-14") == "14 March 1980"


def test_a_wait_is_said_in_minutes_then_in_hours() -> None:
    with translation.override("en"):
        assert coperto.minutes(18) == "18 min"
        assert coperto.minutes(65) == "1 h 05"


def test_a_phone_is_written_as_people_write_it() -> None:
    assert coperto.phone("+393331042217") == f"+39{SPACE}333{SPACE}104{SPACE}2217"
    assert coperto.phone("") == ""


def test_a_rate_is_a_whole_percentage() -> None:
    with translation.override("en"):
        assert coperto.percent(0.3333) == "33%"
        assert coperto.percent(None) == "\u2013"
    with translation.override("fr"):
        assert coperto.percent(0.3333) == f"33{SPACE}%"
