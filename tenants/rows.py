"""Rows of hot paths, written and read by plain SQL that is composed once.

The ORM composes each statement anew and sends one per table; taking a booking would spend most of its time on that. Here
the rows of several tables go in by one statement, prepared by the server, with the columns that the models name. The
manager's promise holds: what is read is the tenant's in force, and a row says its tenant itself.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import orjson
import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.postgresql.base import CursorMixin
from psycopg.types.datetime import TimestamptzLoader

from tenants import quick_rows, scope
from tenants.quick_lists import QuickListDumper

# Up to so many rows go in as VALUES: composing arrays costs more, and each count is a statement of its own.
FEW = 4
Row = TypeVar("Row", bound=models.Model)


class Columns(NamedTuple):
    """Rows of a narrow table, by column: for so many of them that an object each would cost more than writing them."""

    model: type[models.Model]
    values: Mapping[str, Sequence[Any]]


class Statement(NamedTuple):
    """One of our own statements that goes along with rows, so that it costs no way of its own. It does not see them yet."""

    text: str
    values: tuple[Any, ...]


Group = Sequence[models.Model] | Columns | Statement


@dataclass(slots=True)
class _Work:
    """What waits to be written: new rows, and columns of known ones."""

    inserts: list[Group] = field(default_factory=list)
    updates: list[tuple[Sequence[models.Model], tuple[str, ...]]] = field(default_factory=list)

    def write(self) -> None:
        statements = [_updating(_part(known), columns) for known, columns in self.updates]
        values = [value for known, columns in self.updates for value in _update_values(known, columns)]
        for group in _by_model(self.inserts):
            if isinstance(group, Statement):
                statements.append(group.text)
                values += group.values
                continue
            part = _part(group)
            statements.append(_insertion(part))
            values += _values(part, group)
        self.inserts, self.updates = [], []
        if statements:
            run(_combined(tuple(statements)), *values)


_pending: ContextVar[_Work | None] = ContextVar("coperto_pending_rows", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Let all that is inserted and updated inside go by one statement at the end.

    What is asked inside does not see it before; `settle` writes what has come so far.
    """
    if _pending.get() is not None:
        yield
        return
    work = _Work()
    token = _pending.set(work)
    try:
        yield
    finally:
        _pending.reset(token)
    work.write()


def settle() -> None:
    """Write what waits, for a question that must see it."""
    work = _pending.get()
    if work is not None:
        work.write()


def insert(*groups: Group) -> None:
    """Insert new rows, each group of one model, in one statement. Parents may stand after their children."""
    filled = [group for group in groups if not _is_empty(group)]
    work = _pending.get() or _Work()
    work.inserts += filled
    if _pending.get() is None:
        work.write()
    for group in filled:
        for row in () if isinstance(group, Columns | Statement) else group:
            row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 (Django documents it)


def _by_model(groups: Sequence[Group]) -> list[Group]:
    """One group for each model, or the statement would have as many shapes as there are ways to come here."""
    merged: dict[type[models.Model], list[models.Model]] = {}
    for group in groups:
        if not isinstance(group, Columns | Statement):
            merged.setdefault(type(group[0]), []).extend(group)
    return [*merged.values(), *(group for group in groups if isinstance(group, Columns | Statement))]


def update(known: Sequence[models.Model], columns: Sequence[str]) -> None:
    """Write these columns of rows that exist, all of one model, in one statement."""
    if not known:
        return
    work = _pending.get() or _Work()
    work.updates.append((known, tuple(columns)))
    if _pending.get() is None:
        work.write()


def select(model: type[Row], condition: str, *values: Any) -> list[Row]:
    """The tenant's rows for which `condition` holds: SQL over the model's own columns, with what follows a WHERE."""
    return [loaded(model, row) for row in run(f"{_selection(model)} AND {condition}", scope.tenant_id(), *values)]


def loaded(model: type[Row], values: Sequence[Any]) -> Row:
    """A row from the values of its `columns`, as the database gave them."""
    row: Row = quick_rows.read(model, _names(model), values)
    for name in _documents(model):
        if row.__dict__[name] is not None:
            row.__dict__[name] = orjson.loads(row.__dict__[name])
    return row


@functools.cache
def columns(model: type[models.Model]) -> str:
    """The columns of a model for a statement of one's own, whose rows `loaded` reads."""
    return ", ".join(f'"{model._meta.db_table}"."{one.column}"' for one in _fields(model))


def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """What one of our own statements answers. Values stand as %s in their order, or as $1, $2 ... by their number."""
    # Not `connection`, which looks for the thread's connection anew at each dot.
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    wrap: Any = database.make_debug_cursor if database.queries_logged else database.make_cursor
    with wrap(_Cursor(database.connection)) as cursor:
        cursor.execute(_numbered(statement), values)
        # `description` would say the same, at the cost of an object for each column.
        return cursor.fetchall() if cursor.pgresult.nfields else []


class _Cursor(CursorMixin, psycopg.RawCursor[Any]):
    """Values travel apart from the statement, whose text is sent as it is: nothing is composed, and it can be prepared.

    Instants are read by the driver's compiled loader. Django's is Python code around it that says of each that it is one of
    UTC, as our connections say already; a page of the guest list has two hundred.
    """

    def __init__(self, database: Any) -> None:
        super().__init__(database)
        self.adapters.register_loader("timestamptz", TimestamptzLoader)
        self.adapters.register_dumper(list, QuickListDumper)


@functools.lru_cache(maxsize=512)
def _numbered(statement: str) -> str:
    first, *others = statement.split("%s")
    return first + "".join(f"${number}{text}" for number, text in enumerate(others, 1))


class _Part(NamedTuple):
    """One table of a statement. Few rows are written as VALUES, more as one array a column: `size` is then None."""

    model: type[models.Model]
    size: int | None
    names: tuple[str, ...] | None = None


def _is_empty(group: Group) -> bool:
    return not any(group.values.values()) if isinstance(group, Columns) else not group


def _part(group: Sequence[models.Model] | Columns) -> _Part:
    if isinstance(group, Columns):
        return _Part(group.model, None, tuple(group.values))
    return _Part(type(group[0]), len(group) if len(group) <= FEW else None)


def _values(part: _Part, group: Sequence[models.Model] | Columns, names: tuple[str, ...] | None = None) -> list[Any]:
    if isinstance(group, Columns):
        return list(group.values.values())
    getters = _getters(part.model, names)
    if part.size is not None:
        return [get(row) for row in group for get in getters]
    return [[get(row) for row in group] for get in getters]


def _update_values(known: Sequence[models.Model], columns: tuple[str, ...]) -> list[Any]:
    return [*_values(_part(known), known, ("id", *columns)), scope.tenant_id()]


@functools.lru_cache(maxsize=512)
def _combined(statements: tuple[str, ...]) -> str:
    *first, last = statements
    named = [f"part_{number} AS ({text})" for number, text in enumerate(first)]
    return f"WITH {', '.join(named)} {last}" if named else last


@functools.cache
def _insertion(part: _Part) -> str:
    fields = _fields(part.model, part.names)
    columns = ", ".join(f'"{one.column}"' for one in fields)
    into = f'INSERT INTO "{part.model._meta.db_table}" ({columns})'
    if part.size is not None:
        row = f"({', '.join(['%s'] * len(fields))})"
        return f"{into} VALUES {', '.join([row] * part.size)}"
    return f"{into} SELECT * FROM unnest({_arrays_of(fields)})"  # noqa: S608 (names of our own models)


@functools.cache
def _updating(part: _Part, columns: tuple[str, ...]) -> str:
    table = part.model._meta.db_table
    named = _fields(part.model, ("id", *columns))
    new = ", ".join(f'"{one.column}"' for one in named)
    changes = ", ".join(f'"{one.column}" = new."{one.column}"' for one in named[1:])
    source = f"unnest({_arrays_of(named)})" if part.size is None else _rows_of(named, part.size)
    found = f'"{table}".id = new.id AND tenant_id = %s'
    return f'UPDATE "{table}" SET {changes} FROM {source} AS new ({new}) WHERE {found}'  # noqa: S608 (as above)


def _rows_of(fields: Sequence[Any], count: int) -> str:
    row = ", ".join(f"%s::{_type(one)}" for one in fields)
    return f"(VALUES {', '.join([f'({row})'] * count)})"


def _arrays_of(fields: Sequence[Any]) -> str:
    return ", ".join(f"%s::{_type(one)}[]" for one in fields)


@functools.cache
def _selection(model: type[models.Model]) -> str:
    return f'SELECT {columns(model)} FROM "{model._meta.db_table}" WHERE tenant_id = %s'  # noqa: S608 (as above)


@functools.cache
def _fields(model: type[models.Model], names: tuple[str, ...] | None = None) -> list[Any]:
    if names is not None:
        return [model._meta.get_field(name) for name in names]
    return [one for one in model._meta.concrete_fields if one.column]


@functools.cache
def _names(model: type[models.Model]) -> list[str]:
    return [one.attname for one in _fields(model)]


@functools.cache
def _documents(model: type[models.Model]) -> list[str]:
    """What the database hands over as text."""
    return [one.attname for one in _fields(model) if isinstance(one, models.JSONField)]


@functools.cache
def _getters(model: type[models.Model], names: tuple[str, ...] | None) -> list[Callable[[models.Model], Any]]:
    return [_getter(one) for one in _fields(model, names)]


def _getter(field: Any) -> Callable[[models.Model], Any]:
    """What a row sends for a field: mostly the attribute as it is."""
    if isinstance(field, models.JSONField) or getattr(field, "auto_now_add", False):
        return lambda row: field.get_db_prep_save(field.pre_save(row, add=True), connection)
    return operator.attrgetter(field.attname)


def _type(field: Any) -> str:
    """The type of a column without its length: the column itself still refuses what is too long."""
    return re.sub(r"\(.*\)", "", field.db_type(connection))
