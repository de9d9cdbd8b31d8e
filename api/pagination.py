"""Lists page by cursor: `{"next": url, "previous": url, "results": [...]}`.

A cursor holds the sort values of the row at the edge, signed, and the page is read by a row comparison
`(column, id) > (x, y)` over columns that are never NULL: 1 ms at any depth and with any number of ties, where
OFFSET and OR-forms took 500 ms and more. A cursor belongs to its ordering; another one is 400.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import F, Model, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from api import shape
from api.problems import refused_field

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_signer = signing.Signer(salt="coperto.api.cursor")
Row = TypeVar("Row", bound=Model)


def listing(item: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The description of a list of `item`."""
    name = item.__name__.removesuffix("Document")
    fields = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": item(many=True),
        "Meta": type("Meta", (), {"ref_name": f"{name}List"}),
    }
    return type(f"{name}ListDocument", (serializers.Serializer,), fields)


class PageShape(shape.QueryShape):
    """The parameters that every list takes."""

    limit = serializers.IntegerField(required=False, min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT)
    cursor = shape.Text(required=False, max_length=1000, help_text="As given in `next` and `previous`.")


class ChangesShape(PageShape):
    """Lists that can also be asked for what changed since an instant."""

    updated_since = shape.InstantParameter(required=False)


@dataclass(frozen=True, slots=True)
class Ordering:
    """The columns a list is sorted by, as ORM paths: none of them NULL, the last one unique."""

    columns: tuple[str, ...]
    is_descending: bool = False

    @property
    def reversed(self) -> Ordering:
        return Ordering(self.columns, not self.is_descending)

    def terms(self) -> list[str]:
        return [f"-{column}" if self.is_descending else column for column in self.columns]


def orderings(**columns: tuple[str, ...]) -> dict[str, Ordering]:
    """The public names of a list's orderings, each also with `-` for descending."""
    table: dict[str, Ordering] = {}
    for name, paths in columns.items():
        table[name] = Ordering(paths)
        table[f"-{name}"] = Ordering(paths, is_descending=True)
    return table


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: list[Row]
    next: str | None
    previous: str | None


def page(
    request: Request,
    rows: QuerySet[Row],
    parameters: Mapping[str, Any],
    *,
    by: str,
    table: Mapping[str, Ordering],
) -> Page[Row]:
    """One page of `rows`, sorted by the ordering that `by` names in `table`. Raises BadInput for a broken cursor."""
    limit: int = parameters["limit"]
    cursor = _read_cursor(parameters.get("cursor"), by, rows.model, table[by])
    ordering = table[by].reversed if cursor and cursor.is_backward else table[by]
    if cursor is not None:
        rows = rows.filter(_beyond(ordering, cursor.values))
    found = list(rows.order_by(*ordering.terms())[: limit + 1])
    has_more, found = len(found) > limit, found[:limit]
    if cursor and cursor.is_backward:
        found.reverse()
        has_next, has_previous = True, has_more
    else:
        has_next, has_previous = has_more, cursor is not None
    return Page(
        rows=found,
        next=_link(request, found[-1], by, table[by], is_backward=False) if found and has_next else None,
        previous=_link(request, found[0], by, table[by], is_backward=True) if found and has_previous else None,
    )


@dataclass(frozen=True, slots=True)
class _Cursor:
    is_backward: bool
    values: list[Any]


def _beyond(ordering: Ordering, values: Sequence[Any]) -> Any:
    columns = Tuple(*(F(column) for column in ordering.columns))
    return (TupleLessThan if ordering.is_descending else TupleGreaterThan)(columns, tuple(values))


def _link(request: Request, row: Model, by: str, ordering: Ordering, *, is_backward: bool) -> str:
    values = [str(_value(row, column)) for column in ordering.columns]
    text = json.dumps([int(is_backward), by, *values], ensure_ascii=False, separators=(",", ":"))
    query = request.query_params.copy()
    query["cursor"] = f"{signing.b64_encode(text.encode()).decode()}.{_signer.signature(text)[:16]}"
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _value(row: Model, path: str) -> Any:
    return reduce(getattr, path.split("__"), row)


def _read_cursor(text: str | None, by: str, model: type[Model], ordering: Ordering) -> _Cursor | None:
    if not text:
        return None
    content, _dot, signature = text.partition(".")
    try:
        plain = signing.b64_decode(content.encode()).decode()
    except ValueError:
        raise _broken() from None
    if not _is_signed(plain, signature):
        raise _broken()
    is_backward, name, *values = json.loads(plain)
    if name != by:
        raise refused_field("cursor", "invalid", _("This cursor belongs to another ordering."))
    fields = [_field(model, column) for column in ordering.columns]
    return _Cursor(bool(is_backward), [field.to_python(value) for field, value in zip(fields, values, strict=True)])


def _is_signed(plain: str, signature: str) -> bool:
    return bool(constant_time_compare(_signer.signature(plain)[:16], signature))


def _field(model: type[Model], path: str) -> Any:
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model  # type: ignore[assignment]
    return model._meta.get_field(name)


def _broken() -> Exception:
    return refused_field("cursor", "invalid", _("This cursor is broken; take it from `next` or `previous` as it is."))
