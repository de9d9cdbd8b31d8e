"""Two pages of the tests, one at each door, that write and then answer with the status they are asked for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tenants.models import Venue


def write(request: HttpRequest, **_address: Any) -> HttpResponse:
    Venue.objects.filter(name="Centro").update(country="FR")
    if request.GET["status"] == "exception":
        raise ZeroDivisionError
    return HttpResponse(status=int(request.GET["status"]))


urlpatterns = [
    path("api/v1/write/", write),
    path("t/<slug:slug>/write/", write),
    path("", include("config.urls")),
]
