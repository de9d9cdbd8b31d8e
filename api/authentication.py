"""Who calls: an API key, or a member of staff with the session and its CSRF token (API.md, Conventions).

The middleware has already looked for both and opened the scope; here a failure becomes the answer. A widget key stands
in a public web page, so it works only from the origins it lists: an `Origin` present and not listed is refused.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from api.problems import Problem, csrf_problem
from staff.api_keys import KnownKey
from tenants.permissions import Preset
from tenants.refusal import Refusal
from tenants.scope import Actor


class ScopeAuthentication(BaseAuthentication):
    """The actor of the scope that the middleware opened; `request.auth` is the key, or None for a session."""

    def authenticate(self, request: Request) -> tuple[Actor, KnownKey | None]:
        wrapped = request._request
        entry = getattr(wrapped, "entry", None)
        if entry is None:
            raise _failure(getattr(wrapped, "scope_failure", None))
        if entry.key is None:
            _enforce_csrf(wrapped)
        elif entry.actor.preset == Preset.WIDGET:
            _enforce_origin(wrapped, entry.key)
        return entry.actor, entry.key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ScopeAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Both ways in, for the OpenAPI description."""

    target_class = "api.authentication.ScopeAuthentication"
    name = ["apiKey", "session"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {"type": "http", "scheme": "bearer", "description": "An API key of the tenant."},
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "sessionid",
                "description": "Staff, with X-CSRFToken and X-Tenant.",
            },
        ]


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _enforce_csrf(request: HttpRequest) -> None:
    check = _CsrfCheck(_no_response)
    check.process_request(request)
    if check.process_view(request, None, (), {}):  # type: ignore[arg-type]
        raise csrf_problem()


def _no_response(request: HttpRequest) -> HttpResponse:
    raise AssertionError("the check of the token calls no view")


def _enforce_origin(request: HttpRequest, key: KnownKey) -> None:
    origin = request.META.get("HTTP_ORIGIN")
    if origin is not None and origin not in key.origins:
        raise Problem(403, "origin_refused", _("This key may not be used from this web page."))


def _failure(refusal: Refusal | None) -> Problem:
    if refusal is None:
        return Problem(401, "not_authenticated", _("Send an API key: Authorization: Bearer <key>."), headers=_CHALLENGE)
    headers = _CHALLENGE if refusal.status == 401 else {}
    return Problem(refusal.status, refusal.code, refusal.message, headers=headers, extra=refusal.extra)


_CHALLENGE = {"WWW-Authenticate": "Bearer"}
