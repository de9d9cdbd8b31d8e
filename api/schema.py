"""The description of the API in OpenAPI 3.1: what every endpoint shares is said here once.

`describe` is what an endpoint says of a method: a summary, the shape it reads, the shape it answers. The refusals, the
headers of idempotency and versions, and the two ways to sign in are added to all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from django.http.response import HttpResponseBase
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from api.problems import CONTENT_TYPE

Method = TypeVar("Method", bound=Callable[..., HttpResponseBase])

ALWAYS = (400, 401, 403, 429)
WRITING = (409, 413, 415, 422)


class FieldErrorDocument(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Dotted path in the request, such as `guest.email`.")
    code = serializers.CharField()
    detail = serializers.CharField()

    class Meta:
        ref_name = "FieldError"


class ProblemDocument(serializers.Serializer[Any]):
    """RFC 9457. Some refusals add members, such as `contact`: the id of the contact that already has the e-mail."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The request's id, as in X-Request-Id.")
    code = serializers.CharField()
    errors = FieldErrorDocument(many=True, required=False)  # type: ignore[assignment]

    class Meta:
        ref_name = "Problem"


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Send the same key and body again and the work is done once; kept 72 hours.",
)
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="The ETag you read; 412 when it is stale."
)


class Schema(AutoSchema):
    """Adds to each operation what `Endpoint` does for all of them, and the filters that a view names."""

    def get_override_parameters(self) -> list[Any]:
        own = super().get_override_parameters()
        filters = (
            self.view.filter_parameters() if self.method == "GET" and hasattr(self.view, "filter_parameters") else []
        )
        shared = {"POST": [IDEMPOTENCY_KEY], "PATCH": [IF_MATCH], "DELETE": [IF_MATCH]}.get(self.method, [])
        return [*own, *filters, *shared]

    def get_operation_id(self) -> str:
        """`venues_list` beside `venues_retrieve`: lists are named by their view, since they page in their own way."""
        name = super().get_operation_id()
        is_list = self.method == "GET" and type(self.view).__name__.endswith("List")
        return f"{name.removesuffix('_retrieve')}_list" if is_list else name

    def get_description(self) -> str:  # type: ignore[override]
        """What `describe` says, never the docstrings, which speak to us."""
        return ""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._refusals():
            described = OpenApiResponse(ProblemDocument, description=HTTPStatus(status).phrase)
            answer = self._get_response_for_code(described, str(status), [CONTENT_TYPE])  # type: ignore[no-untyped-call]
            bodies.setdefault(str(status), answer)
        return bodies

    def _get_request_body(self, direction: Any = "request") -> Any:
        """Some of our deletions read a body, which OpenAPI knows from 3.1 on and the generator does not."""
        if self.method != "DELETE" or self.get_request_serializer() is None:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        self.method = "POST"
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = "DELETE"

    def _refusals(self) -> list[int]:
        found = [*ALWAYS]
        if "{" in self.path:
            found.append(404)
        if self.method in {"POST", "PATCH", "PUT"}:
            found += WRITING
        if self.method in {"PATCH", "DELETE"}:
            found.append(412)
        return found


class ShapeExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A shape is closed: fields it does not name are refused."""

    target_class = "api.shape.Shape"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001
        schema.pop("description", None)
        return {**schema, "additionalProperties": False}


def describe(
    summary: str,
    *,
    body: Any = None,
    answer: Any = None,
    query: Any = None,
    status: int | Sequence[int] | Mapping[int, Any] = 200,
    media: Iterable[str] = ("application/json",),
    description: str = "",
    example: Mapping[str, Any] | None = None,
) -> Callable[[Method], Method]:
    """What a method does, reads and answers. `query` is a QueryShape; `status` one or several of the same answer, or each
    with its own; `media` the types it comes in; `example` a body worth copying."""
    decorator: Callable[[Method], Method] = extend_schema(
        summary=summary,
        description=description,
        request=body,
        responses=_responses(status, answer, media),
        parameters=[query] if query is not None else [],
        examples=[OpenApiExample("Example", value=dict(example), request_only=True)] if example else [],
    )
    return decorator


def _responses(status: int | Sequence[int] | Mapping[int, Any], answer: Any, media: Iterable[str]) -> dict[Any, Any]:
    if isinstance(status, Mapping):
        return dict(status)
    statuses = [status] if isinstance(status, int) else list(status)
    return {(one, kind): answer for one in statuses for kind in media} if answer else dict.fromkeys(statuses)
