"""Every method of every route needs a named permission, and a 403 names it before anything else is judged (R-PRIV-3)."""

from __future__ import annotations

import re

import pytest

from api.endpoint import Endpoint
from api.urls import urlpatterns
from tenants.permissions import Permission
from tests.api.test_problems import assert_problem

NO_ID = "0198c5a0-0000-7000-8000-000000000000"
METHODS = ("get", "post", "put", "patch", "delete")
VIEWS: dict[str, type] = {str(one.pattern): getattr(one.callback, "view_class", object) for one in urlpatterns}
ROUTES: dict[str, type[Endpoint]] = {route: view for route, view in VIEWS.items() if issubclass(view, Endpoint)}
CASES = [(route, method) for route, view in ROUTES.items() for method in METHODS if hasattr(view, method)]


def test_the_walk_sees_the_whole_api():
    assert len(ROUTES) >= 30
    assert {route.split("/")[0] for route in ROUTES} == {
        *("api-keys", "audit", "bookings", "contacts", "imports", "members", "settings", "tags", "venues")
    }


@pytest.mark.parametrize(("route", "method"), CASES)
def test_every_method_names_its_permission(route, method):
    assert isinstance(ROUTES[route].required[method.upper()], Permission)


def test_a_key_without_any_permission_gets_403_with_the_name_everywhere(trattoria, bearer):
    key = bearer(trattoria, "wifi")

    for route, method in CASES:
        path = re.sub(r"<\w+:\w+>", NO_ID, route)
        body = assert_problem(getattr(key, method)(f"{path}?x=1"), 403, "permission_denied")
        assert body["permission"] == ROUTES[route].required[method.upper()]


def test_head_needs_what_get_needs(trattoria, bearer):
    key = bearer(trattoria, "wifi")

    assert key.client.head("/api/v1/contacts/", headers={"Authorization": f"Bearer {key.token}"}).status_code == 403
