"""Every method of every route needs a named permission, and a 403 names it before anything else is judged (R-PRIV-3)."""

from __future__ import annotations

import re

import pytest

from api.endpoint import Endpoint
from api.urls import urlpatterns
from staff import api_keys
from tenants import scope
from tenants.permissions import PRESET_PERMISSIONS, Permission, Preset
from tests.api.test_problems import assert_problem
from tests.personas import Bearer

NO_ID = "0198c5a0-0000-7000-8000-000000000000"
METHODS = ("get", "post", "put", "patch", "delete")
VIEWS: dict[str, type] = {str(one.pattern): getattr(one.callback, "view_class", object) for one in urlpatterns}
ROUTES: dict[str, type[Endpoint]] = {route: view for route, view in VIEWS.items() if issubclass(view, Endpoint)}
CASES = [(route, method) for route, view in ROUTES.items() for method in METHODS if hasattr(view, method)]


def test_the_walk_sees_the_whole_api():
    assert len(ROUTES) >= 30
    assert {route.split("/")[0] for route in ROUTES} == {
        *("api-keys", "audit", "bookings", "contacts", "imports", "members", "settings", "tags", "venues"),
        *("exports", "groups", "segments"),
        *("followers", "inquiries", "promotion-signups", "reviews", "wifi-sessions"),
        *("discounts", "orders", "quotes", "receipts"),
        "privacy",
        *("campaigns", "message-templates", "messages"),
        *("consents", "mail-events", "sms-inbound"),
    }


@pytest.mark.parametrize(("route", "method"), CASES)
def test_every_method_names_its_permission(route, method):
    assert isinstance(ROUTES[route].required[method.upper()], Permission)


@pytest.fixture
def powerless(trattoria, monkeypatch):
    """A key that holds nothing but `guest_action`, which opens no route by itself."""
    monkeypatch.setitem(PRESET_PERMISSIONS, Preset.WIFI, frozenset({Permission.GUEST_ACTION}))
    with scope.enter(trattoria.id, scope.SYSTEM):
        _key, token = api_keys.create(name="powerless", preset=Preset.WIFI)
    return Bearer(token)


def test_a_key_without_any_permission_gets_403_with_the_name_everywhere(powerless):
    for route, method in CASES:
        path = re.sub(r"<\w+:\w+>", NO_ID, route)
        body = assert_problem(getattr(powerless, method)(f"{path}?x=1"), 403, "permission_denied")
        assert body["permission"] == ROUTES[route].required[method.upper()]


WHOLE_TENANT = [
    (route, method)
    for route, method in CASES
    if route.startswith("privacy/") or route in ("contacts/<uuid:id>/erase/", "contacts/<uuid:id>/data/")
]


@pytest.mark.parametrize(("route", "method"), WHOLE_TENANT)
def test_a_key_of_one_venue_opens_nothing_that_looks_for_clears_or_hands_out_what_all_venues_hold(
    trattoria, bearer, route, method
):
    key = bearer(trattoria, Preset.ADMIN, venue=trattoria.venue)
    path = re.sub(r"<\w+:\w+>", NO_ID, route)

    assert_problem(getattr(key, method)(path), 403, "permission_denied")


def test_those_are_all_the_routes_of_privacy():
    assert len({route for route, _method in WHOLE_TENANT}) == 7


def test_a_key_that_stands_in_a_public_page_or_a_portal_opens_what_it_is_for():
    def opened(preset):
        held = PRESET_PERMISSIONS[preset]
        return {(route, method) for route, method in CASES if ROUTES[route].required[method.upper()] in held}

    assert opened(Preset.WIFI) == {("wifi-sessions/", "post")}
    assert {("inquiries/", "post"), ("promotion-signups/", "post")} <= opened(Preset.WIDGET)
    assert {method for _route, method in opened(Preset.WIDGET)} == {"post"}


def test_head_needs_what_get_needs(powerless):
    headers = {"Authorization": f"Bearer {powerless.token}"}

    assert powerless.client.head("/api/v1/contacts/", headers=headers).status_code == 403
