"""Rows of hot paths, written and read by plain SQL that is composed once.

The ORM composes each statement anew and sends one per table; taking a booking would spend most of its time on that. Here
the rows of several tables go in by one statement, prepared by the server, with the columns that the models name. The
manager's promise holds: what is read is the tenant's in force, and a row says its tenant itself.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor

from tenants import scope

Row = TypeVar("Row", bound=models.Model)


def insert(*groups: Sequence[models.Model]) -> None:
    """Insert new rows, each group of one model, in one statement. Parents may stand after their children."""
    filled = [group for group in groups if group]
    if not filled:
        return
    parts = [_Part(type(group[0]), is_single=len(group) == 1) for group in filled]
    values: list[Any] = []
    for part, group in zip(parts, filled, strict=True):
        values += _values(part, group)
    with cursor() as one:
        one.execute(_statement(tuple(parts)), values)
    for group in filled:
        for row in group:
            row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 (Django documents it)


def update(rows: Sequence[models.Model], columns: Sequence[str]) -> None:
    """Write these columns of rows that exist, all of one model, in one statement."""
    if not rows:
        return
    part, columns = _Part(type(rows[0]), is_single=len(rows) == 1), tuple(columns)
    with cursor() as one:
        values = _values(part, rows, ("id", *columns))
        one.execute(_updating(part, columns), [*values, scope.tenant_id()])


def select(model: type[Row], condition: str, *values: Any) -> list[Row]:
    """The tenant's rows for which `condition` holds: SQL over the model's own columns, with what follows a WHERE."""
    with cursor() as one:
        one.execute(f"{_selection(model)} AND {condition}", [scope.tenant_id(), *values])
        names = _names(model)
        return [model.from_db(connection.alias, names, row) for row in one.fetchall()]


@contextmanager
def cursor() -> Iterator[Any]:
    """A cursor whose values travel apart from the statement, which the server may prepare."""
    connection.ensure_connection()
    wrap: Any = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    binding: Any = ServerBindingCursor
    with wrap(binding(connection.connection)) as one:
        yield one


class _Part(NamedTuple):
    """One table of a statement: a single row is written as VALUES, more as arrays, whatever their number."""

    model: type[models.Model]
    is_single: bool


def _values(part: _Part, group: Sequence[models.Model], names: tuple[str, ...] | None = None) -> list[Any]:
    getters = _getters(part.model, names)
    if part.is_single:
        return [get(group[0]) for get in getters]
    return [[get(row) for row in group] for get in getters]


@functools.cache
def _statement(parts: tuple[_Part, ...]) -> str:
    *first, last = [_insertion(part) for part in parts]
    named = [f"part_{number} AS ({text})" for number, text in enumerate(first)]
    return f"WITH {', '.join(named)} {last}" if named else last


def _insertion(part: _Part) -> str:
    fields = _fields(part.model)
    columns = ", ".join(f'"{one.column}"' for one in fields)
    into = f'INSERT INTO "{part.model._meta.db_table}" ({columns})'
    if part.is_single:
        return f"{into} VALUES ({', '.join(['%s'] * len(fields))})"
    return f"{into} SELECT * FROM unnest({_arrays_of(fields)})"  # noqa: S608 (names of our own models)


@functools.cache
def _updating(part: _Part, columns: tuple[str, ...]) -> str:
    table = part.model._meta.db_table
    named = _fields(part.model, ("id", *columns))
    new = ", ".join(f'"{one.column}"' for one in named)
    changes = ", ".join(f'"{one.column}" = new."{one.column}"' for one in named[1:])
    source = _row_of(named) if part.is_single else f"unnest({_arrays_of(named)})"
    found = f'"{table}".id = new.id AND tenant_id = %s'
    return f'UPDATE "{table}" SET {changes} FROM {source} AS new ({new}) WHERE {found}'  # noqa: S608 (as above)


def _row_of(fields: Sequence[Any]) -> str:
    return f"(VALUES ({', '.join(f'%s::{_type(one)}' for one in fields)}))"


def _arrays_of(fields: Sequence[Any]) -> str:
    return ", ".join(f"%s::{_type(one)}[]" for one in fields)


@functools.cache
def _selection(model: type[models.Model]) -> str:
    columns = ", ".join(f'"{one.column}"' for one in _fields(model))
    return f'SELECT {columns} FROM "{model._meta.db_table}" WHERE tenant_id = %s'  # noqa: S608 (as above)


@functools.cache
def _fields(model: type[models.Model], names: tuple[str, ...] | None = None) -> list[Any]:
    if names is not None:
        return [model._meta.get_field(name) for name in names]
    return [one for one in model._meta.concrete_fields if one.column]


@functools.cache
def _names(model: type[models.Model]) -> list[str]:
    return [one.attname for one in _fields(model)]


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
