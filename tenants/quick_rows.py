"""Rows that cost little to make: a booking makes ten of them, a page of the guest list a hundred.

Django walks over every field of each row, with signals, descriptors and a question to the router; nothing here listens to
those signals. What comes out is the same row.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState


class _Blank(NamedTuple):
    """The attributes of a row of which nothing is known: constants, what is made anew for each, and references."""

    constants: dict[str, Any]
    made: dict[str, Callable[[], Any]]
    references: dict[str, str]
    known: frozenset[str]


class QuickRow(models.Model):
    """A model whose new rows are made of keywords alone."""

    class Meta:
        abstract = True

    def __init__(self, *values: Any, **named: Any) -> None:
        blank = _blank(type(self))
        if values or not blank.known.issuperset(named):
            super().__init__(*values, **named)
            return
        state = self._state = ModelState()
        own = self.__dict__
        own.update(blank.constants)
        for name, make in blank.made.items():
            if name not in named:
                own[name] = make()
        for name, value in named.items():
            if name in blank.references:
                own[blank.references[name]] = None if value is None else value.pk
                state.fields_cache[name] = value
            else:
                own[name] = value


def read(model: type[models.Model], names: Sequence[str], values: Sequence[Any]) -> Any:
    """A row as the database gave it."""
    row = model.__new__(model)
    row.__dict__.update(zip(names, values, strict=True))
    state = row._state = ModelState()  # noqa: SLF001 (Django documents it)
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    return row


def join(row: models.Model, name: str, other: models.Model, back: str) -> None:
    """Let two rows that were read know each other, by these names of theirs, as select_related does."""
    row._state.fields_cache[name] = other  # noqa: SLF001 (as above)
    other._state.fields_cache[back] = row  # noqa: SLF001


@functools.cache
def _blank(model: type[models.Model]) -> _Blank:
    constants: dict[str, Any] = {}
    made: dict[str, Callable[[], Any]] = {}
    for field in model._meta.concrete_fields:
        if field.has_default() and callable(field.default):
            made[field.attname] = field.get_default
        elif field.column:
            constants[field.attname] = field.get_default()
    # A one-to-one reference tells the other side of it, too: Django does that.
    references = {one.name: one.attname for one in model._meta.concrete_fields if one.many_to_one}
    return _Blank(constants, made, references, frozenset({*constants, *made, *references}))
