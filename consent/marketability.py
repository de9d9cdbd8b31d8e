"""When an address may be written to (R-CONSENT-3), pure.

Explicit always; implied never under `gdpr`; under `casl` while unexpired: 24 calendar months after the last purchase or
arrived visit, 6 after a mere inquiry or a booking that has not arrived, the last day included, by the venue's calendar.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from consent.status import Status
from crm import months
from tenants.models import ConsentRegime

MONTHS_AFTER_PURCHASE = 24
MONTHS_AFTER_INQUIRY = 6


@dataclass(frozen=True, slots=True)
class Clock:
    """What an implied consent counts from, as days of the venue's calendar: the last event, the last purchase or visit."""

    event_on: datetime.date | None = None
    purchase_on: datetime.date | None = None


def is_marketable(status: Status, regime: ConsentRegime, clock: Clock, today: datetime.date) -> bool:
    """Whether marketing may go out on `today`, a day of the venue's calendar."""
    if status != Status.IMPLIED:
        return status == Status.EXPLICIT
    last_day = expires_on(status, regime, clock)
    return last_day is not None and today <= last_day


def expires_on(status: Status, regime: ConsentRegime, clock: Clock) -> datetime.date | None:
    """The last day of an implied consent under `casl`; None where nothing expires or nothing was given."""
    if status != Status.IMPLIED or regime != ConsentRegime.CASL:
        return None
    days = [
        months.later(day, count)
        for day, count in ((clock.event_on, MONTHS_AFTER_INQUIRY), (clock.purchase_on, MONTHS_AFTER_PURCHASE))
        if day is not None
    ]
    return max(days, default=None)
