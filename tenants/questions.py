"""Small questions that are asked together: SELECTs of several tables over the same values, answered by one statement.

A page about a guest asks many tables for a few rows each, and a statement each would cost more than what they read. The
module that holds a rule keeps its `Question`; who needs several asks them at once. The rows of each come as an array for
each column, which keeps the types that JSON would lose.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tenants import rows, scope

Answer = TypeVar("Answer")
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Question(Generic[Answer]):
    """A SELECT of `width` columns, none of them an array, and what its rows mean.

    $1 is the tenant in force. Of contacts it asks as $2, an array, and of an instant as $3, as those asked with it do.
    """

    select: Callable[[], str]
    width: int
    read: Callable[[Rows], Answer]

    def ask(self, *values: Any) -> Answer:
        """The answer to this question alone."""
        return self.read(rows.run(self.select(), scope.tenant_id(), *values))


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found, by question: `answers[visits.BREAKDOWN]`."""

    found: Mapping[Question[Any], Rows]

    def __getitem__(self, question: Question[Answer]) -> Answer:
        return question.read(self.found[question])


def ask(questions: tuple[Question[Any], ...], *values: Any) -> Answers:
    """The answers to these questions. One query."""
    (answer,) = rows.run(_together(questions), scope.tenant_id(), *values)
    return _answers(questions, answer)


def ask_beside(select: str, questions: tuple[Question[Any], ...], *values: Any) -> tuple[Rows, Answers]:
    """The rows of a SELECT, and the answers to these questions. One query."""
    if not questions:
        return rows.run(select, scope.tenant_id(), *values), Answers({})
    answered = rows.run(_beside(select, questions), scope.tenant_id(), *values)
    width = sum(one.width for one in questions)
    return [row[width + 1 :] for row in answered if row[width]], _answers(questions, answered[0])


def unasked(questions: tuple[Question[Any], ...]) -> Answers:
    """The answers where there is nothing to ask of."""
    return Answers({one: [] for one in questions})


def _answers(questions: tuple[Question[Any], ...], answer: Sequence[Any]) -> Answers:
    columns = iter(answer)
    return Answers({one: list(zip(*(next(columns) or () for _ in range(one.width)), strict=True)) for one in questions})


@functools.lru_cache
def _together(questions: tuple[Question[Any], ...]) -> str:
    return f"SELECT * FROM {_from(questions)}"  # noqa: S608 (questions of our own)


@functools.lru_cache
def _beside(select: str, questions: tuple[Question[Any], ...]) -> str:
    """The answers stand before each row; where there is none, before NULLs."""
    found = f"(SELECT TRUE, found.* FROM ({select}) AS found)"  # noqa: S608 (as above)
    return f"WITH found AS MATERIALIZED {found} SELECT * FROM {_from(questions)} LEFT JOIN found ON TRUE"  # noqa: S608 (as above)


def _from(questions: tuple[Question[Any], ...]) -> str:
    return " CROSS JOIN ".join(f"({_in_arrays(one)}) AS answer_{number}" for number, one in enumerate(questions, 1))


def _in_arrays(question: Question[Any]) -> str:
    names = [f"c{number}" for number in range(1, question.width + 1)]
    arrays = ", ".join(f"array_agg({name})" for name in names)
    return f"SELECT {arrays} FROM ({question.select()}) AS asked ({', '.join(names)})"  # noqa: S608 (questions of our own)
