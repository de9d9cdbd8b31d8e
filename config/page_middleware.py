"""Middleware that only pages need: a request that comes with an API key passes it by.

Integrations read no messages, run no scripts and are not htmx; a tenth of what an intake cost went there. A browser behind a
proxy that asks for a password sends it along (Basic): that is no key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxMiddleware

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def _is_by_key(request: HttpRequest) -> bool:
    scheme = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[0]
    return request.path.startswith("/api/") and scheme.lower() == "bearer"


def _for_pages(own: Callable[[Any], Any]) -> Callable[[GetResponse], GetResponse]:
    def factory(get_response: GetResponse) -> GetResponse:
        with_own: GetResponse = own(get_response)

        def middleware(request: HttpRequest) -> HttpResponseBase:
            return get_response(request) if _is_by_key(request) else with_own(request)

        return middleware

    return factory


content_security_policy = _for_pages(CSPMiddleware)
messages = _for_pages(MessageMiddleware)
htmx = _for_pages(HtmxMiddleware)
