"""What happened is not in the future, but for a clock that is a little ahead (R-WRITE-2)."""

from __future__ import annotations

import datetime

import pytest

from crm import event_time

NOW = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)
DRIFT = datetime.timedelta(minutes=5)
LEAST = datetime.timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("told", "of"),
    [
        (None, NOW),
        (NOW, NOW),
        (NOW - LEAST, NOW - LEAST),
        (NOW - datetime.timedelta(days=4000), NOW - datetime.timedelta(days=4000)),
        (NOW + LEAST, NOW),
        (NOW + DRIFT, NOW),
    ],
)
def test_an_event_is_as_old_as_it_is_told_and_at_the_latest_of_now(
    told: datetime.datetime | None, of: datetime.datetime
) -> None:
    assert event_time.of(told, field="placed_at", now=NOW) == of


def test_an_event_still_to_come_is_refused_on_its_field() -> None:
    with pytest.raises(event_time.InFuture) as refused:
        event_time.of(NOW + DRIFT + LEAST, field="placed_at", now=NOW)

    assert (refused.value.field, refused.value.code, refused.value.status) == ("placed_at", "in_future", 400)
