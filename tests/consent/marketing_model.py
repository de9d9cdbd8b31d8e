"""Who may be written to, in sixty lines and without a database: what R-CONSENT-2 and R-CONSENT-3 promise a guest."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass, field

Key = tuple[int, str]  # a venue, and an address, which says the channel


def later(day: datetime.date, months: int) -> datetime.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass
class Model:
    """`left`: unsubscribed; `agreed`: explicit; `asked`: waits for a link; `known`: the last days of implied consent."""

    doubles: frozenset[int]
    casl: frozenset[int]
    left: set[Key] = field(default_factory=set)
    agreed: set[Key] = field(default_factory=set)
    asked: dict[Key, datetime.datetime] = field(default_factory=dict)
    known: dict[Key, list[datetime.date]] = field(default_factory=dict)

    def tick(self, key: Key, at: datetime.datetime, *, is_booking: bool) -> None:
        """A guest ticks the box: at once where one tick is enough, and a booking even brings back who left."""
        if key in self.agreed or (key[0] not in self.doubles and (is_booking or key not in self.left)):
            return self.agree(key)
        self.asked[key] = at
        return self.deal(key, at, months=6) if is_booking else None

    def agree(self, key: Key) -> None:
        self.left.discard(key)
        self.asked.pop(key, None)
        self.agreed.add(key)

    def confirm(self, key: Key, at: datetime.datetime) -> None:
        if key in self.asked and at <= self.asked[key] + datetime.timedelta(hours=72):
            self.agree(key)

    def deal(self, key: Key, at: datetime.datetime, *, months: int) -> None:
        if key not in self.left and key not in self.agreed:
            self.known.setdefault(key, []).append(later(at.date(), months))

    def leave(self, key: Key) -> None:
        self.erase(key)
        self.left.add(key)

    def erase(self, key: Key) -> None:
        """Forgotten; but who left has left."""
        self.agreed.discard(key)
        self.asked.pop(key, None)
        self.known.pop(key, None)

    def is_marketable(self, key: Key, at: datetime.datetime) -> bool:
        is_implied = key[0] in self.casl and at.date() <= max(self.known.get(key, []), default=datetime.date.min)
        return key in self.agreed or (key not in self.left and is_implied)
