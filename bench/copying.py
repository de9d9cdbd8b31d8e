"""Writing rows at COPY speed, as the superuser with triggers off.

COPY under row level security is refused, and millions of deferred checks of composite keys would say only that the rows
are right.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from django.db import models
from psycopg import sql

from crm import search_text
from crm.models import SearchToken

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A tenant to fill: ids as text, its tags by key. `groups` are empty for those nobody asks about."""

    tenant: str
    venues: Sequence[str]
    tags: dict[str, str]
    groups: Sequence[str] = ()


@dataclass(slots=True)
class Numbers:
    """Ids as uuid7 would give them, but the same in every run: the time, then a counter."""

    taken: int = 0

    def next(self, day: datetime.date) -> str:
        self.taken += 1
        instant = (day.toordinal() - 719_163) * 86_400_000
        return str(UUID(int=instant << 80 | 7 << 76 | 2 << 62 | self.taken))


@dataclass(slots=True)
class Writer:
    """One open COPY for each table. A column that a row does not name gets the model's default."""

    copies: dict[type[models.Model], psycopg.Copy]
    blanks: dict[type[models.Model], dict[str, str]] = field(default_factory=dict)

    def write(self, model: type[models.Model], row: Row) -> None:
        blank = self.blanks.get(model)
        if blank is None:
            blank = self.blanks[model] = _blank(model)
        line = blank | {name: _text(value) for name, value in row.items()}
        self.copies[model].write("\t".join(line.values()) + "\n")

    def write_tokens(self, tenant: str, contact: str, tokens: Iterable[str]) -> None:
        """The tokens of one contact at once: they are two thirds of all rows."""
        own = list(tokens)
        sign = search_text.signature(own)
        self.copies[SearchToken].write("".join(f"{tenant}\t{token}\t{contact}\t{sign}\n" for token in own))


@contextmanager
def writing(admin_url: str, tables: Iterable[type[models.Model]]) -> Iterator[Writer]:
    """A connection and a COPY for each table, all committed at the end."""
    with ExitStack() as stack:
        copies = {}
        for model in tables:
            connection = stack.enter_context(psycopg.connect(admin_url))
            connection.execute("SET session_replication_role = replica")
            columns = sql.SQL(", ").join(sql.Identifier(column) for column in _blank(model))
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), columns)
            copies[model] = stack.enter_context(connection.cursor().copy(statement))
        yield Writer(copies)


def noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC)


def _blank(model: type[models.Model]) -> dict[str, str]:
    fields = [one for one in model._meta.concrete_fields if one.column]
    return {str(one.column): "" if one.column == "tenant_id" else _text(_default(one)) for one in fields}


def _default(one: Any) -> Any:
    return None if one.is_relation else one.get_default()


def _text(value: Any) -> str:
    """A value as COPY reads it; the made-up guests hold no tabs, line ends or backslashes."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value)
