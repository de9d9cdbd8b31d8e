"""Addresses outside a tenant's pages."""

from __future__ import annotations

from django.urls import path

from dashboard import choices, entrance, guest_pages

urlpatterns = [
    path("", entrance.home, name="home"),
    path("language/", choices.choose_language, name="language"),
    path("invitation/<str:token>/", entrance.invitation, name="invitation"),
    path("unsubscribe/<str:token>", guest_pages.unsubscribe, name="unsubscribe"),
    path("preferences/<str:token>", guest_pages.preferences, name="preferences"),
    path("confirm/<str:token>", guest_pages.confirm, name="confirm"),
    # Some mail programs add a slash.
    path("unsubscribe/<str:token>/", guest_pages.unsubscribe),
    path("preferences/<str:token>/", guest_pages.preferences),
    path("confirm/<str:token>/", guest_pages.confirm),
]
