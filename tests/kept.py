"""What tests build again and again: built by the real code once in each process, then its rows are laid down again.

A founding takes some thirty statements, an evening at the trattoria some hundreds, and nearly every test begins with one.
What the first one wrote goes in again by one statement. Instants move along by the time gone by, in the rows and in the
objects handed out, so that what is laid down is as young as what is built.
"""

from __future__ import annotations

import datetime
import functools
import io
import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from psycopg import sql

from audit.models import AuditEntry
from tenants import scope
from tenants.models import Tenant, User

# Days do not move along. A test that stops the clock somewhere else builds for itself.
YOUNG = datetime.timedelta(hours=2)

Subject = TypeVar("Subject")
Result = TypeVar("Result")
# By table, then by key: each row as PostgreSQL writes it in JSON.
Rows = dict[type[models.Model], dict[str, str]]


def again(build: Callable[[Subject], Result]) -> Callable[[Subject], Result]:
    """A builder inside an open scope, whose rows are kept for the next time that it finds the tenant as it was.

    Everything that a rule does leaves a line in the trail: their number says how far the tenant had come. The object that
    the builder was given, of a dataclass, becomes what the builder made of it.
    """
    known: dict[tuple[object, int], Written] = {}

    @functools.wraps(build)
    def built(subject: Subject) -> Result:
        state = (scope.tenant_id(), AuditEntry.objects.count())
        if state in known and known[state].is_young():
            became, result = known[state].lay_down()
            vars(subject).update(vars(became))
            return result
        before = rows_of_tenant()
        result = build(subject)
        known[state] = Written.of((subject, result), before=before, after=rows_of_tenant())
        return result

    return built


@dataclass(frozen=True)
class Written:
    """The rows that a builder wrote, as one statement with its values, and the objects it handed out."""

    at: datetime.datetime
    objects: bytes
    statement: sql.Composed
    values: Mapping[str, str]

    @classmethod
    def of(cls, objects: object, *, before: Rows, after: Rows) -> Written:
        parts, values = [], {}
        for model, rows in after.items():
            known, table = before.get(model, {}), model._meta.db_table
            assert known.keys() <= rows.keys(), f"{table}: rows that were there are gone, which cannot be laid down"
            new = [row for key, row in rows.items() if key not in known]
            changed = {key: row for key, row in rows.items() if key in known and row != known[key]}
            if new:
                parts.append(_insertion(model))
                values[f"{table} new"] = f"[{','.join(new)}]"
            if changed:
                parts.append(_update(model, _changed_columns(changed, known)))
                values[f"{table} changed"] = f"[{','.join(changed.values())}]"
        return cls(timezone.now(), _packed(objects), sql.SQL(";").join(parts), values)

    def is_young(self) -> bool:
        return abs(timezone.now() - self.at) < YOUNG

    def lay_down(self) -> Any:
        """Write the rows again, inside the scope of their tenant; the objects."""
        gone_by = timezone.now() - self.at
        values: dict[str, Any] = {**self.values, "gone_by": gone_by}
        with connection.cursor() as cursor:
            cursor.execute(self.statement, values)
        return _Mover(io.BytesIO(self.objects), gone_by).load()


def rows_of_tenant() -> Rows:
    """Every row of the tenant whose scope is open, and of its staff."""
    return {found.model: _rows(found) for found in _tables()}


def _tables() -> Iterator[models.QuerySet[Any]]:
    staff = User.objects.filter(memberships__tenant_id=scope.tenant_id())
    yield staff
    yield EmailAddress.objects.filter(user__in=staff)
    yield Tenant.objects.filter(pk=scope.tenant_id())
    for model in apps.get_models():
        if any(field.name == "tenant" for field in model._meta.local_concrete_fields):
            yield model._default_manager.all()


def _rows(found: models.QuerySet[Any]) -> dict[str, str]:
    query, values = found.order_by().query.sql_with_params()
    key = ", ".join(f"found.{column}" for column in _key(found.model))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT concat_ws('/', {key}), row_to_json(found)::text FROM ({query}) found", values)
        return dict(cursor.fetchall())


def _key(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.pk_fields]


def _changed_columns(changed: Mapping[str, str], known: Mapping[str, str]) -> set[str]:
    pairs = [(json.loads(row), json.loads(known[key])) for key, row in changed.items()]
    return {column for row, old in pairs for column in row if row[column] != old[column]}


def _insertion(model: type[models.Model]) -> sql.Composed:
    fields = _columns(model)
    return sql.SQL("INSERT INTO {table} ({}) SELECT {} FROM json_populate_recordset(NULL::{table}, {rows}) row").format(
        sql.SQL(", ").join(map(sql.Identifier, fields)),
        sql.SQL(", ").join(fields.values()),
        table=sql.Identifier(model._meta.db_table),
        rows=sql.Placeholder(f"{model._meta.db_table} new"),
    )


def _update(model: type[models.Model], changed: set[str]) -> sql.Composed:
    settings = [
        sql.SQL("{} = {}").format(sql.Identifier(column), value)
        for column, value in _columns(model).items()
        if column in changed
    ]
    table = sql.Identifier(model._meta.db_table)
    same = [sql.SQL("{}.{} = row.{}").format(table, key, key) for key in map(sql.Identifier, _key(model))]
    return sql.SQL("UPDATE {table} SET {} FROM json_populate_recordset(NULL::{table}, {rows}) row WHERE {}").format(
        sql.SQL(", ").join(settings),
        sql.SQL(" AND ").join(same),
        table=table,
        rows=sql.Placeholder(f"{model._meta.db_table} changed"),
    )


def _columns(model: type[models.Model]) -> dict[str, sql.Composed]:
    """The columns that are written, and what goes into each."""
    return {
        str(field.column): sql.SQL(
            "row.{}" + (" + %(gone_by)s" if isinstance(field, models.DateTimeField) else "")
        ).format(sql.Identifier(str(field.column)))
        for field in model._meta.local_concrete_fields
        if not field.generated
    }


def _packed(objects: object) -> bytes:
    packed = io.BytesIO()
    _Packer(packed).dump(objects)
    return packed.getvalue()


class _Packer(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        return obj if type(obj) is datetime.datetime else None


class _Mover(pickle.Unpickler):
    def __init__(self, packed: io.BytesIO, gone_by: datetime.timedelta) -> None:
        super().__init__(packed)
        self._gone_by = gone_by

    def persistent_load(self, pid: Any) -> Any:
        return pid + self._gone_by
