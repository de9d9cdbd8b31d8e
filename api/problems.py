"""Every refusal of the API as RFC 9457 `application/problem+json`.

One shape for all of them: `type, title, status, detail, instance, code` and, for bad input, `errors` with the dotted
path of each field. `instance` is the request's id. Nothing that a client sends may become a 500: what the domain and
the framework raise is translated here, and only a bug is left over.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.signals import got_request_exception
from django.db import DatabaseError, DataError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.request import Request

from tenants.refusal import Refusal

CONTENT_TYPE = "application/problem+json"
INSUFFICIENT_PRIVILEGE = "42501"
FRAMEWORK_CODES = {
    400: "malformed",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    415: "unsupported_media_type",
}
# Lock not available, deadlock, serialization failure, statement cancelled: the same request may succeed a moment later.
PASSING_STATES = frozenset({"55P03", "40P01", "40001", "57014"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of the request; `field` is its dotted path, empty for the body as a whole."""

    field: str
    code: str
    detail: str


class Problem(Exception):
    """A refusal of the door itself (not of the domain): a status, a stable code and a sentence that says what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str | Promise,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


class BadInput(Problem):
    """400: the request names fields that are wrong, missing or unknown."""

    def __init__(self, errors: Iterable[FieldError], *, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(400, "invalid", _("The request has faulty fields; see errors."), errors=errors, extra=extra)


def refused_field(field: str, code: str, detail: str | Promise) -> BadInput:
    return BadInput([FieldError(field, code, str(detail))])


def handle(exc: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """The exception handler of REST framework: an answer for whatever a view raised."""
    request: Request = context["request"]
    problem = _problem_of(exc)
    if problem is None:
        logger.error("%s failed", request.path, exc_info=exc)
        got_request_exception.send(sender=None, request=request._request)
        problem = _internal_error()
    return answer(request, problem)


def answer(request: Request | HttpRequest, problem: Problem) -> HttpResponse:
    body = {
        "type": f"urn:coperto:problem:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": str(problem.detail),
        "instance": getattr(request, "request_id", ""),
        "code": problem.code,
        **problem.extra,
    }
    if problem.errors or problem.status == HTTPStatus.BAD_REQUEST:
        body["errors"] = [
            {"field": error.field, "code": error.code, "detail": error.detail} for error in problem.errors
        ]
    content = json.dumps(body, ensure_ascii=False, default=str).encode("utf-8", "replace")
    return HttpResponse(content, status=problem.status, content_type=CONTENT_TYPE, headers=problem.headers)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, _not_found())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, _problem_of(exception) or _malformed())


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, _forbidden())


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, _internal_error())


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, csrf_problem())


def csrf_problem() -> Problem:
    return Problem(403, "csrf_failed", _("Send the CSRF token of the session in the header X-CSRFToken."))


def _problem_of(exc: Exception) -> Problem | None:
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, Refusal):
        return _refusal(exc)
    if isinstance(exc, exceptions.APIException):
        return _framework(exc)
    if isinstance(exc, DatabaseError):
        return _database(exc)
    return _django(exc)


def _refusal(exc: Refusal) -> Problem:
    """A faulty field is the same 400 whether its shape or a rule found it."""
    errors = [FieldError(exc.field, exc.code, str(exc.message))] if exc.field else []
    if errors and exc.status == HTTPStatus.BAD_REQUEST:
        return BadInput(errors, extra=exc.extra)
    return Problem(exc.status, exc.code, exc.message, errors=errors, extra=exc.extra)


def _framework(exc: exceptions.APIException) -> Problem | None:
    if isinstance(exc, exceptions.ValidationError):
        return BadInput(field_errors(exc.detail))
    code = FRAMEWORK_CODES.get(exc.status_code)
    return Problem(exc.status_code, code, str(exc.detail)) if code else None


def _django(exc: Exception) -> Problem | None:
    if isinstance(exc, Http404 | ObjectDoesNotExist):
        return _not_found()
    if isinstance(exc, PermissionDenied):
        return _forbidden()
    if isinstance(exc, RequestDataTooBig):
        return Problem(413, "too_large", _("The body is too large."))
    if isinstance(exc, SuspiciousOperation | UnreadablePostError | TooManyFieldsSent | TooManyFilesSent):
        return _malformed()
    return None


def _database(exc: DatabaseError) -> Problem | None:
    """Row level security answers like a missing row; a value PostgreSQL cannot hold is bad input; lost races, 503."""
    state = getattr(exc.__cause__, "sqlstate", None)
    if state == INSUFFICIENT_PRIVILEGE:
        return _not_found()
    if state in PASSING_STATES:
        return Problem(503, "try_again", _("Too much at once; send the request again."), headers={"Retry-After": "1"})
    if isinstance(exc, DataError):
        logger.warning("a value reached the database that it cannot hold", exc_info=exc)
        return _malformed()
    return None


def _not_found() -> Problem:
    return Problem(404, "not_found", _("There is nothing here with this address or id."))


def _forbidden() -> Problem:
    return Problem(403, "permission_denied", _("This is not allowed."))


def _malformed() -> Problem:
    return Problem(400, "malformed", _("The request cannot be read."))


def _internal_error() -> Problem:
    return Problem(500, "internal_error", _("Something broke on our side; it has been logged under this request's id."))


def field_errors(detail: Any, path: str = "") -> list[FieldError]:
    """Flatten REST framework's nested error detail into dotted paths."""
    if isinstance(detail, Mapping):
        return [error for key, value in detail.items() for error in field_errors(value, _below(path, key))]
    if isinstance(detail, list | tuple):
        nested = [
            (_below(path, index) if isinstance(item, Mapping) else path, item) for index, item in enumerate(detail)
        ]
        return [error for below, item in nested for error in field_errors(item, below)]
    return [FieldError(path, getattr(detail, "code", "invalid"), str(detail))]


def _below(path: str, key: object) -> str:
    if key == "non_field_errors":
        return path
    return f"{path}.{key}" if path else str(key)
