"""When an address may be written to (R-CONSENT-3): regimes, calendar months, the last day included."""

from __future__ import annotations

import datetime

import pytest

from consent.marketability import Clock, expires_on, is_marketable
from consent.status import Status
from crm.months import later
from tenants.models import ConsentRegime


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-15", 6, "2026-07-15"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-08-30", 6, "2027-02-28"),
        ("2026-03-31", 6, "2026-09-30"),
        ("2026-12-31", 6, "2027-06-30"),
        ("2026-06-30", 6, "2026-12-30"),
        ("2024-02-29", 24, "2026-02-28"),
        ("2026-02-28", 24, "2028-02-28"),
        ("2026-11-22", 24, "2028-11-22"),
        ("2026-12-31", 24, "2028-12-31"),
    ],
)
def test_calendar_months_end_on_the_same_day_or_the_last_of_a_shorter_month(start, months, end):
    assert later(day(start), months) == day(end)


@pytest.mark.parametrize("regime", ConsentRegime)
@pytest.mark.parametrize(
    ("status", "expected"), [(Status.EXPLICIT, True), (Status.NONE, False), (Status.UNSUBSCRIBED, False)]
)
def test_explicit_is_marketable_for_ever_and_neither_none_nor_unsubscribed_ever_is(regime, status, expected):
    clock = Clock(event_on=day("2026-11-22"), purchase_on=day("2026-11-22"))

    assert is_marketable(status, regime, clock, day("2026-11-22")) is expected
    assert is_marketable(status, regime, clock, day("2099-01-01")) is expected
    assert expires_on(status, regime, clock) is None


def test_implied_is_recorded_but_never_marketable_under_gdpr():
    clock = Clock(event_on=day("2026-11-22"), purchase_on=day("2026-11-22"))

    assert not is_marketable(Status.IMPLIED, ConsentRegime.GDPR, clock, day("2026-11-22"))
    assert expires_on(Status.IMPLIED, ConsentRegime.GDPR, clock) is None


@pytest.mark.parametrize(
    ("event_on", "purchase_on", "last_day"),
    [
        ("2026-08-31", None, "2027-02-28"),
        ("2024-02-29", "2024-02-29", "2026-02-28"),
        ("2026-11-22", "2024-12-01", "2027-05-22"),
        ("2026-05-01", "2024-12-01", "2026-12-01"),
    ],
)
def test_implied_under_casl_lasts_six_months_and_twenty_four_after_a_purchase_whichever_is_later(
    event_on, purchase_on, last_day
):
    clock = Clock(event_on=day(event_on), purchase_on=purchase_on and day(purchase_on))
    after = day(last_day) + datetime.timedelta(days=1)

    assert expires_on(Status.IMPLIED, ConsentRegime.CASL, clock) == day(last_day)
    assert is_marketable(Status.IMPLIED, ConsentRegime.CASL, clock, day(last_day))
    assert not is_marketable(Status.IMPLIED, ConsentRegime.CASL, clock, after)


def test_implied_without_any_event_is_not_marketable():
    assert not is_marketable(Status.IMPLIED, ConsentRegime.CASL, Clock(), day("2026-11-22"))
