"""R-IO-2, R-CRM-1: birthdays may lack the year, and are real days in the past."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import birthday
from crm.birthday import Birthday, BirthdayError

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1980-12-31", Birthday(1980, 12, 31)),
        (" 1980-12-31 ", Birthday(1980, 12, 31)),
        ("--12-31", Birthday(None, 12, 31)),
        ("--02-29", Birthday(None, 2, 29)),
        ("2000-02-29", Birthday(2000, 2, 29)),
        ("1900-01-01", Birthday(1900, 1, 1)),
        ("2026-11-22", Birthday(2026, 11, 22)),
    ],
)
def test_a_birthday_is_read_with_or_without_its_year(text: str, expected: Birthday) -> None:
    assert birthday.parse_iso(text, today=TODAY) == expected
    assert expected.iso == text.strip()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "birthday_unreadable"),
        ("31/12/1980", "birthday_unreadable"),
        ("1980-02-31", "birthday_unreadable"),
        ("1981-02-29", "birthday_unreadable"),
        ("--02-30", "birthday_unreadable"),
        ("--13-01", "birthday_unreadable"),
        ("12-31", "birthday_unreadable"),
        ("1980-1-1", "birthday_unreadable"),
        ("0000-01-01", "birthday_unreadable"),
        ("1980-12-31T00:00", "birthday_unreadable"),
        ("1899-12-31", "birthday_too_early"),
        ("2026-11-23", "birthday_in_future"),
    ],
)
def test_what_is_no_possible_birthday_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(BirthdayError) as refusal:
        birthday.parse_iso(text, today=TODAY)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("born", "today", "days"),
    [
        (Birthday(1980, 11, 22), TODAY, 0),
        (Birthday(None, 11, 23), TODAY, 1),
        (Birthday(1980, 11, 21), TODAY, 364),
        (Birthday(None, 1, 1), date(2026, 12, 31), 1),
        (Birthday(2000, 2, 29), date(2027, 2, 27), 1),
        (Birthday(2000, 2, 29), date(2027, 2, 28), 0),
        (Birthday(2000, 2, 29), date(2027, 3, 1), 365),
        (Birthday(2000, 2, 29), date(2028, 2, 28), 1),
    ],
)
def test_the_days_until_the_next_birthday(born: Birthday, today: date, days: int) -> None:
    assert birthday.days_until(born, today) == days


@given(st.dates(date(1900, 1, 1), TODAY), st.booleans())
def test_reading_what_was_written_gives_the_same_birthday(day: date, with_year: bool) -> None:
    born = Birthday(day.year if with_year else None, day.month, day.day)

    assert birthday.parse_iso(born.iso, today=TODAY) == born


@given(st.dates(date(1900, 1, 1), TODAY), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_the_next_birthday_is_within_a_year(born: date, today: date) -> None:
    days = birthday.days_until(Birthday(None, born.month, born.day), today)

    assert 0 <= days <= 365
    assert (today + timedelta(days)).month == born.month
