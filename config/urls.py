"""Every address, composed: the two doors, sign-in, the public pages and the operator's two questions."""

from __future__ import annotations

from django.urls import include, path

from api import health

handler400 = "config.failures.bad_request"
handler403 = "config.failures.permission_denied"
handler404 = "config.failures.not_found"
handler500 = "config.failures.server_error"

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("api/v1/", include("api.urls")),
    path("accounts/", include("allauth.urls")),
    path("t/<slug:slug>/", include("dashboard.urls")),
    path("", include("dashboard.public_urls")),
]
