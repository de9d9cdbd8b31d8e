"""The base of every endpoint: the order in which a request is judged, and how it is answered.

401 who are you, 429 how often, 405 and 403 may you, then the handler: 404 (find the object), 412 (its version), 400
(shape of query and body), and last the one domain call with its 409 and 422. Anything left in the query that no shape
has read is refused. Answers are rendered here at once: nothing is negotiated, since all there is is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from api import cross_origin, idempotency, pagination, problems, rate_limits, shape, versions
from api.permissions import Required
from api.problems import BadInput, FieldError, Problem
from tenants.keyset import Load

Json = dict[str, Any] | list[Any]
_UNKNOWN = JSONEncoder().default


class Endpoint(APIView):
    """Subclasses name what each method needs in `required` and answer with `self.answer(...)`."""

    required: ClassVar[Required] = {}
    shows_secret: ClassVar[bool] = False
    standing: rate_limits.Standing | None = None
    subject: UUID | None = None
    checked_version: int | None = None
    has_read_query = False
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        self.args, self.kwargs = args, kwargs
        if cross_origin.is_preflight(request):
            return cross_origin.preflight()
        self.request = self.initialize_request(request, *args, **kwargs)
        try:
            response = self._serve()
        except Exception as exception:  # noqa: BLE001 (every failure has an answer, see problems.handle)
            response = problems.handle(exception, {"request": self.request})
        if self.standing is not None:
            for name, value in self.standing.headers().items():
                response.headers.setdefault(name, value)
        cross_origin.allow(request, response)
        return response

    def _serve(self) -> HttpResponse:
        self.perform_authentication(self.request)
        wrapped = self.request._request
        self.standing = rate_limits.count(wrapped, wrapped.scope)  # type: ignore[attr-defined]
        handler = self._handler()
        self.check_permissions(self.request)
        if self.request.method != "POST":
            response: HttpResponse = handler(self.request, *self.args, **self.kwargs)
        else:
            response = idempotency.once(
                self.request,
                lambda: handler(self.request, *self.args, **self.kwargs),
                keeps_answer=not self.shows_secret,
                subject=lambda: self.subject,
            )
        self._refuse_unread_query()
        return response

    def _handler(self) -> Any:
        name = str(self.request.method).lower()
        handler = getattr(self, name, None) if name in self.http_method_names else None
        if handler is None:
            detail = _("This address does not take %(method)s.") % {"method": self.request.method}
            raise Problem(405, "method_not_allowed", detail, headers={"Allow": ", ".join(self.allowed_methods)})
        return handler

    def query(self, parameters: type[shape.QueryShape]) -> dict[str, Any]:
        """The checked query parameters. Raises BadInput, for unknown ones too."""
        self.has_read_query = True
        return shape.parse(parameters, self.request.query_params)

    def body(self, fields: type[shape.Shape], *, partial: bool = False) -> dict[str, Any]:
        """The checked body. Raises BadInput."""
        self._refuse_unread_query()
        return shape.parse(fields, self.request.data, partial=partial)

    def empty_body(self) -> None:
        """For actions that take no fields: what is sent anyway is unknown, and refused."""
        self.body(shape.Shape)

    def empty_query(self) -> None:
        """For methods without a body: nothing may stand in the query. Said before the work is done."""
        self._refuse_unread_query()

    def check_version(self, version: int) -> None:
        """412 when If-Match names another version."""
        versions.check(self.request, version)
        self.checked_version = version

    def answer(
        self,
        content: Json | None = None,
        *,
        status: int = 200,
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        raw = b"" if content is None else encode(content)
        response = HttpResponse(raw, status=status, content_type="application/json", headers=headers)
        if version is not None:
            versions.check_after(self.request, self.checked_version, version)
            response.headers["ETag"] = versions.etag(version)
        return response

    def page(
        self,
        rows: QuerySet[Any],
        represent: Callable[[Sequence[Any]], list[dict[str, Any]]],
        *,
        by: str,
        table: Mapping[str, pagination.Ordering],
        parameters: Mapping[str, Any] | None = None,
        load: Load[Any] | None = None,
    ) -> HttpResponse:
        """One page of `rows`, sorted as the parameter `ordering` says, else by `by`; see tenants.keyset for `load`."""
        given = self.query(pagination.PageShape) if parameters is None else parameters
        found = pagination.page(self.request, rows, given, by=given.get("ordering") or by, table=table, load=load)
        return self.answer({"next": found.next, "previous": found.previous, "results": represent(found.rows)})

    def _refuse_unread_query(self) -> None:
        if not self.has_read_query and self.request.query_params:
            detail = str(_("Unknown parameter."))
            raise BadInput(FieldError(name, "unknown_field", detail) for name in self.request.query_params)


def encode(content: Json) -> bytes:
    """What the encoder does not know, such as texts to be translated, is told to it as Django REST framework would."""
    try:
        return orjson.dumps(content, default=_UNKNOWN, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        # A whole number of more than 64 bits, as a caller may have sent it.
        return json.dumps(content, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()


class UnknownPath(APIView):
    """Whatever else is asked for under /api/: a problem, not an HTML page, and no redirect that drops the body."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return problems.not_found(request)
