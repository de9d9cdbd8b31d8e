"""What apps above want to know of a guest's keys, asked by the statement that locks their holders (crm.identity).

Of such a `Question` $2 are the keys in normal form, $3 the contacts that were named, $4 the venues, and $5 the keyed hashes
of the keys, in their order. The keys are locked already, so that nothing which hangs on them alone can change meanwhile:
whoever writes what is asked takes the locks of these keys first. The row of a contact would not do. The statement waits for
it, and answers as things were before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from tenants import keyed_hash, rows, scope
from tenants.questions import Question

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Asking:
    """The questions, and the venues that they are about."""

    questions: tuple[Question[Any], ...] = ()
    venue_ids: tuple[UUID, ...] = ()

    def values(self, keys: list[str]) -> tuple[Any, ...]:
        """What goes with the keys and the named contacts; nothing without a question."""
        return (list(self.venue_ids), keyed_hash.of_all(keys)) if self.questions else ()


NOTHING = Asking()


def ask(
    question: Question[Answer], keys: Iterable[str], *, named: Iterable[UUID] = (), venue_ids: Iterable[UUID] = ()
) -> Answer:
    """The answer to one question alone, for who locks nothing. One query."""
    keys = list(keys)
    given = keys, list(named), list(venue_ids), keyed_hash.of_all(keys)
    # A question need not speak of all of them, and the server would not know what the others are.
    told = "WITH given AS (SELECT $2::text[], $3::uuid[], $4::uuid[], $5::text[])"
    return question.read(rows.run(f"{told} SELECT * FROM ({question.select()}) AS found", scope.tenant_id(), *given))  # noqa: S608 (our own questions)
