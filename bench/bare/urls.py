"""The one view of the peer."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

UPSERT = """
    INSERT INTO guest (email, first_name, last_name, phone) VALUES (%s, %s, %s, %s)
    ON CONFLICT (email) DO UPDATE SET first_name = EXCLUDED.first_name, last_name = EXCLUDED.last_name, phone = EXCLUDED.phone
    RETURNING id
"""


class Guests(APIView):
    def post(self, request: Request) -> Response:
        guest: dict[str, Any] = request.data["guest"]  # type: ignore[call-overload]
        with connection.cursor() as cursor:
            cursor.execute(UPSERT, [guest["email"], guest["first_name"], guest["last_name"], guest["phone"]])
            (pk,) = cursor.fetchone()
        return Response({"id": pk}, status=201)


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("guests/", Guests.as_view()), path("healthz", alive)]
