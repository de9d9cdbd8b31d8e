"""Calendar months, as periods of law and of the house count them."""

from __future__ import annotations

import calendar
import datetime


def later(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or earlier for a negative number; the last of that month where there is none."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
