"""Lists page by cursor: `{"next": url, "previous": url, "results": [...]}` (see tenants.keyset)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from api import shape
from api.problems import refused_field
from tenants import keyset
from tenants.keyset import Load, Ordering, orderings

__all__ = ["ChangesShape", "Ordering", "Page", "PageShape", "listing", "orderings", "page"]

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
Row = TypeVar("Row", bound=Model)


@functools.cache
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
class Page(Generic[Row]):
    """`next` and `previous` are addresses."""

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
    load: Load[Row] | None = None,
) -> Page[Row]:
    """One page of `rows`, sorted by the ordering that `by` names in `table`. Raises BadInput for a broken cursor."""
    cursor, limit = parameters.get("cursor"), parameters["limit"]
    try:
        found = keyset.page(rows, cursor=cursor, by=by, table=table, limit=limit, load=load)
    except keyset.ForeignCursor:
        raise refused_field("cursor", "invalid", _("This cursor belongs to another ordering.")) from None
    except keyset.BrokenCursor:
        detail = _("This cursor is broken; take it from `next` or `previous` as it is.")
        raise refused_field("cursor", "invalid", detail) from None
    return Page(found.rows, _link(request, found.next), _link(request, found.previous))


def _link(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
