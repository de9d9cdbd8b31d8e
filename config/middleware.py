"""What wraps every request: its id, and the tenant's scope with its one transaction.

The scope opens before the view and closes after it. An answer of 400 or more rolls back everything the request wrote;
what must survive a refusal opens a transaction of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from uuid_utils.compat import uuid7

from api import client_address
from audit import recording
from config import logs
from consent import evidence
from staff import access
from tenants import scope, survivors
from tenants.permissions import Preset
from tenants.refusal import Refusal

GetResponse = Callable[[HttpRequest], HttpResponseBase]

API_PREFIX = "/api/v1/"
# As the addresses have it: what a page could match must find its tenant here, or be nobody's.
TENANT_PAGE = re.compile(r"^/t/(?P<slug>[-a-zA-Z0-9_]+)/")
GIVEN_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")


def request_id(get_response: GetResponse) -> GetResponse:
    """Take the caller's X-Request-Id, or make one; it is in every answer, log line and audit entry."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        value = given if GIVEN_REQUEST_ID.match(given) else str(uuid7())
        request.request_id = value  # type: ignore[attr-defined]
        logs.request_id.set(value)
        recording.request_id.set(value)
        response = get_response(request)
        response.headers["X-Request-Id"] = value
        return response

    return middleware


def tenant_scope(get_response: GetResponse) -> GetResponse:
    """Open the scope that the API key, or the session and the address, name."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(API_PREFIX):
            return _serve_api(request, get_response)
        page = TENANT_PAGE.match(request.path)
        if page:
            return _serve_page(request, page["slug"], get_response)
        with evidence.from_browser(_origin(request)):
            return get_response(request)

    return middleware


def _serve_api(request: HttpRequest, get_response: GetResponse) -> HttpResponseBase:
    """A failed sign-in is left to the API, which answers it as a problem; documents about the API need no sign-in."""
    try:
        entry = access.of_api_request(
            authorization=request.headers.get("Authorization"),
            user_id=lambda: request.user.pk if request.user.is_authenticated else None,
            tenant=request.headers.get("X-Tenant"),
        )
    except Refusal as refusal:
        request.scope_failure = refusal  # type: ignore[attr-defined]
        return get_response(request)
    with evidence.from_browser(_origin(request) if _is_in_guests_browser(request, entry) else {}):
        return _serve_in_scope(request, entry, get_response)


def _is_in_guests_browser(request: HttpRequest, entry: access.Entry) -> bool:
    """Whether a web page that the guest has open sent this, and not a server or the till: only browsers name an Origin."""
    return entry.actor.preset == Preset.WIDGET and "Origin" in request.headers


def _origin(request: HttpRequest) -> dict[str, str]:
    """What is kept with a guest's consent of where it came from (R-CONSENT-1)."""
    address, browser = client_address.exact(request), request.headers.get("User-Agent", "").replace("\0", "")[:300]
    said = {"ip": "" if address is None else str(address), "user_agent": browser}
    return {name: value for name, value in said.items() if value}


def _serve_page(request: HttpRequest, slug: str, get_response: GetResponse) -> HttpResponseBase:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    entry = access.of_member(request.user.pk, slug)
    if entry is None:
        return HttpResponse(render(request, "404.html").content, status=404)
    return _serve_in_scope(request, entry, get_response)


def _serve_in_scope(request: HttpRequest, entry: access.Entry, get_response: GetResponse) -> HttpResponseBase:
    with survivors.gathered() as kept, scope.enter(entry.tenant_id, entry.actor) as opened:
        request.scope = opened  # type: ignore[attr-defined]
        request.entry = entry  # type: ignore[attr-defined]
        response = get_response(request)
        if response.status_code >= 400:
            transaction.set_rollback(True)
    for work in kept:
        with scope.enter(entry.tenant_id, entry.actor):
            work()
    return response
