"""Keys, sessions, origins: who may come in, and as whom (API.md, Conventions; R-PRIV-3)."""

from __future__ import annotations

import datetime

import pytest
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from django.utils import timezone

from staff import api_keys, members
from tenants import scope
from tenants.models import ApiKey
from tenants.permissions import Role
from tests.api.test_bookings import booking
from tests.api.test_problems import assert_problem
from tests.personas import Bearer


def widget(place, *origins):
    with scope.enter(place.tenant.pk, scope.SYSTEM):
        _key, token = api_keys.create(name="Site", preset="widget", venue=place.venue, origins=origins)
    return Bearer(token)


def test_staff_use_the_session_with_its_csrf_token(trattoria):
    client = Client(enforce_csrf_checks=True)
    client.force_login(trattoria.owner)

    def post(**headers):
        return client.post("/api/v1/tags/", {"label": "Terrace"}, content_type="application/json", headers=headers)

    refused = post()
    wrong = post(**{"X-CSRFToken": "x" * 32})
    client.cookies["csrftoken"] = token = _get_new_csrf_string()
    made = post(**{"X-CSRFToken": token})

    assert client.get("/api/v1/tags/").status_code == 200
    assert_problem(refused, 403, "csrf_failed")
    assert_problem(wrong, 403, "csrf_failed")
    assert made.status_code == 201


def test_a_user_of_several_tenants_names_one(trattoria, bistro):
    user = trattoria.member(Role.MANAGER)
    with scope.enter(bistro.tenant.pk, scope.SYSTEM):
        members.add(user, Role.HOST)
    client = Client()
    client.force_login(user)

    assert_problem(client.get("/api/v1/venues/"), 400, "tenant_required")
    for name in (str(bistro.tenant.pk), bistro.tenant.slug):
        rows = client.get("/api/v1/venues/", headers={"X-Tenant": name}).json()["results"]
        assert [row["name"] for row in rows] == ["Plateau"]
    for name in ("nowhere", "0198c5a0-0000-7000-8000-000000000000", "x y", "%00"):
        assert_problem(client.get("/api/v1/venues/", headers={"X-Tenant": name}), 404, "not_found")


def test_a_stranger_to_the_tenant_learns_nothing(trattoria, bistro):
    client = trattoria.signed_in()

    assert_problem(client.get("/api/v1/venues/", headers={"X-Tenant": bistro.tenant.slug}), 404, "not_found")


def test_a_bad_key_within_a_session_is_401(trattoria):
    assert_problem(
        trattoria.signed_in().get("/api/v1/venues/", headers={"Authorization": "Bearer x"}), 401, "invalid_key"
    )


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_a_key_ends_at_once(trattoria, bearer, end):
    key = bearer(trattoria)
    assert key.get("venues/").status_code == 200

    with scope.enter(trattoria.tenant.pk, scope.SYSTEM):
        past = timezone.now() - datetime.timedelta(seconds=1)
        ApiKey.objects.update(**({"revoked_at": past} if end == "revoked" else {"expires_at": past}))
    api_keys.forget_trusted()

    assert_problem(key.get("venues/"), 401, "invalid_key")


def test_a_key_is_shown_once_and_works_and_can_be_revoked(trattoria, bearer):
    admin = bearer(trattoria)
    made = admin.post("api-keys/", {"name": "Till", "preset": "pos", "venue": str(trattoria.venue.pk)})
    till = Bearer(made.json()["api_key"])

    assert made.status_code == 201
    assert "api_key" not in admin.get(f"api-keys/{made.json()['id']}/").json()
    assert till.get("bookings/").status_code == 200
    assert admin.delete(f"api-keys/{made.json()['id']}/").status_code == 204
    api_keys.forget_trusted()
    assert_problem(till.get("bookings/"), 401, "invalid_key")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"preset": "root"}, "preset"),
        ({"venue": "0198c5a0-0000-7000-8000-000000000000"}, "venue"),
        ({"origins": ["example.com"]}, "origins"),
        ({"origins": "https://example.com"}, "origins"),
        ({"expires_at": "2027-01-01"}, "expires_at"),
        ({"name": ""}, "name"),
        ({"permissions": ["contacts_read"]}, "permissions"),
    ],
)
def test_a_faulty_key_is_400_with_the_field(trattoria, bearer, changes, field):
    body = assert_problem(
        bearer(trattoria).post("api-keys/", {"name": "Till", "preset": "pos", **changes}), 400, "invalid"
    )

    assert [error["field"] for error in body["errors"]] == [field]


def test_a_widget_key_works_from_listed_origins_only(trattoria):
    key = widget(trattoria, "https://trattoria.example")
    body = booking(trattoria)

    assert key.post("bookings/", body).status_code == 201
    assert key.post("bookings/", body, Origin="https://trattoria.example").status_code == 201
    for origin in ("https://evil.example", "null", "https://trattoria.example.evil.example"):
        assert_problem(key.post("bookings/", body, Origin=origin), 403, "origin_refused")
    assert_problem(widget(trattoria).post("bookings/", body, Origin="https://evil.example"), 403, "origin_refused")


def test_a_browser_may_ask_before_it_sends(db):
    response = Client().options(
        "/api/v1/bookings/",
        headers={"Origin": "https://trattoria.example", "Access-Control-Request-Method": "POST"},
    )

    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_the_table_says(trattoria, role):
    client = trattoria.signed_in(role)
    allowed = {
        "contacts/": set(Role),
        "bookings/": set(Role),
        "audit/": {Role.OWNER, Role.MANAGER},
        "members/": {Role.OWNER, Role.MANAGER},
        "api-keys/": {Role.OWNER},
        "settings/": {Role.OWNER},
    }

    found = {path: client.get(f"/api/v1/{path}").status_code for path in allowed}

    assert found == {path: 200 if role in roles else 403 for path, roles in allowed.items()}
