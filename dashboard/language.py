"""The language of a staff page: the person's own choice, else what the browser asks for (R-SERVICE-2)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

COOKIE = settings.LANGUAGE_COOKIE_NAME
COOKIE_SECONDS = 365 * 24 * 3600


class StaffLanguageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with translation.override(language_of(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
            return response


def language_of(request: HttpRequest) -> str:
    chosen = request.user.language if request.user.is_authenticated else ""
    chosen = chosen or request.COOKIES.get(COOKIE, "")
    return chosen if is_offered(chosen) else translation.get_language_from_request(request)


def is_offered(code: str) -> bool:
    return code in dict(settings.LANGUAGES)
