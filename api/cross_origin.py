"""Calls from other web pages: a booking widget stands in the restaurant's own site, and its browser asks first.

Every page may read the answers, because a page can only send a key it holds: the cookies of a session are never sent
along, since credentials are not allowed here. What a widget key may do from where is decided in `authentication`.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

ANSWER_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Idempotent-Replayed, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id"
    ),
}
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-Id",
    "Access-Control-Max-Age": "86400",
}


def is_preflight(request: HttpRequest) -> bool:
    return request.method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META


def preflight() -> HttpResponse:
    return HttpResponse(status=204, headers={**ANSWER_HEADERS, **PREFLIGHT_HEADERS})


def allow(request: HttpRequest, response: HttpResponse) -> None:
    if "HTTP_ORIGIN" in request.META:
        for name, value in ANSWER_HEADERS.items():
            response.headers[name] = value
