"""Rows of one person in a file fold into one guest (R-IO-2).

A row belongs to the first row with the same e-mail, without one to the first with the same phone. Within the group a
later value wins over an earlier one and an empty cell erases nothing, as if the rows had come one after the other; then
the group is judged by its net effect, so that the same file again changes nothing. All rows of a group, and rows that
share a phone with it, lie in one chunk, or the dry run could not see what the run will do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from crm.identity import Identity
from importexport.answers import Answer
from importexport.interpreting import GuestRow

# A chunk is one transaction that holds the locks of its keys. New people fill it up to the first number; rows of people
# already in it may come in up to the second, which bounds the transaction when one phone fills half a file.
CHUNK_ROWS = 1_000
LARGEST_CHUNK_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row belongs: its chunk, and the first row of the same person."""

    chunk: int
    leader_number: int


@dataclass(slots=True)
class Chunker:
    """Gives every row of a file its place, in the order of the file."""

    chunk_count: int = 1
    _sizes: list[int] = field(default_factory=lambda: [0])
    _leaders: dict[str, int] = field(default_factory=dict)
    _chunks: dict[str, int] = field(default_factory=dict)

    def place(self, number: int, who: Identity) -> Place:
        key = who.e or who.p
        leader = self._leaders.setdefault(key, number) if key else number
        chunk = self._chunk_of(who)
        self._sizes[chunk] += 1
        for one in who.keys:
            self._chunks[one] = chunk
        return Place(chunk, leader)

    def _chunk_of(self, who: Identity) -> int:
        known = next((self._chunks[key] for key in who.keys if key in self._chunks), None)
        if known is not None and self._sizes[known] < LARGEST_CHUNK_ROWS:
            return known
        if self._sizes[-1] >= CHUNK_ROWS:
            self._sizes.append(0)
            self.chunk_count += 1
        return self.chunk_count - 1


def group(rows: Iterable[tuple[int, GuestRow]]) -> list[list[GuestRow]]:
    """The rows of a chunk by their leaders, in the order of the file."""
    groups: dict[int, list[GuestRow]] = {}
    for leader_number, row in rows:
        groups.setdefault(leader_number, []).append(row)
    return list(groups.values())


def merge(rows: list[GuestRow]) -> GuestRow:
    """The rows of one person as one."""
    if len(rows) == 1:
        return rows[0]
    merged = GuestRow(rows[0].number, _keys(rows))
    for row in rows:
        merged.values |= _usable_values(row)
        merged.registered_at = merged.registered_at or row.registered_at
        days = [day for day in (merged.first_contact_on, row.first_contact_on) if day]
        merged.first_contact_on = min(days, default=None)
        merged.tags += [tag for tag in row.tags if tag not in merged.tags]
        merged.notes = row.notes or merged.notes
        merged.nickname = row.nickname or merged.nickname
        merged.allergies = f"{merged.allergies}\n{row.allergies}".strip()
        merged.baseline |= row.baseline
        merged.evidence |= row.evidence
        _merge_consents(merged, row)
    return merged


def _keys(rows: list[GuestRow]) -> Identity:
    """The last valid e-mail and the last valid phone."""
    emails = [row.who.email for row in rows if row.who.e]
    phones = [row.who.phone for row in rows if row.who.p]
    last = rows[-1].who
    return Identity(email=emails[-1] if emails else last.email, phone=phones[-1] if phones else last.phone)


def _usable_values(row: GuestRow) -> dict[str, str]:
    """An invalid key counts as absent: it must not hide a valid one of an earlier row."""
    unusable = {name for name, key in (("email", row.who.e), ("phone", row.who.p)) if not key}
    return {name: value for name, value in row.values.items() if value and name not in unusable}


def _merge_consents(merged: GuestRow, row: GuestRow) -> None:
    """Whoever unsubscribed in one row is unsubscribed, wherever it stands."""
    for channel, answer in row.consents.items():
        if merged.consents.get(channel) is not Answer.UNSUBSCRIBED:
            merged.consents[channel] = answer
