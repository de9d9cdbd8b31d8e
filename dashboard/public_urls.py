"""Addresses outside a tenant's pages."""

from __future__ import annotations

from django.urls import path

from dashboard import choices, entrance

urlpatterns = [
    path("", entrance.home, name="home"),
    path("language/", choices.choose_language, name="language"),
    path("invitation/<str:token>/", entrance.invitation, name="invitation"),
]
