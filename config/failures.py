"""The answers to failures that happen before or outside any view: to the API's callers as problems, else as pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

from api import problems

API_PREFIX = "/api/"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if _is_api(request):
        return problems.csrf_failed(request, reason)
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A faulty Host header and its like. A page has nothing to say that the status does not."""
    return problems.bad_request(request, exception) if _is_api(request) else HttpResponse(status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return problems.permission_denied(request, exception)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problems.not_found(request, exception) if _is_api(request) else render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """What broke may be what pages are made with: the page is rendered without the request."""
    if _is_api(request):
        return problems.server_error(request)
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API_PREFIX)
