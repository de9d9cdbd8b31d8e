"""The id of a row of an import, by which one is shown and cleared: its import's, with its number for the last eight digits."""

from __future__ import annotations

from uuid import UUID

_DIGITS = 28
# Over the columns of ImportRow.
SQL = f"(left(job_id::text, {_DIGITS}) || lpad(to_hex(number), 8, '0'))::uuid"


def number_of(row_id: UUID) -> int:
    return int(str(row_id)[_DIGITS:], 16)


def beginning_of_job(row_id: UUID) -> str:
    """What the id of the import begins with; no two imports begin alike."""
    return str(row_id)[:_DIGITS]


def jobs_between(row_id: UUID) -> tuple[UUID, UUID]:
    """The first and the last id that an import of this row could have."""
    beginning = beginning_of_job(row_id)
    return UUID(f"{beginning}{'0' * 8}"), UUID(f"{beginning}{'f' * 8}")
