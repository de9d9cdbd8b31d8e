"""API keys: shown once, checked on every call, revoked within a second, bound to a venue and to origins (R-PRIV-3)."""

from __future__ import annotations

import datetime
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditEntry
from staff import api_keys
from tenants.models import ApiKey
from tests.personas import Bearer, Place

pytestmark = pytest.mark.usefixtures("db")

NewBearer = Callable[..., Bearer]


def _create(place: Place, preset: str = "read", **options: Any) -> tuple[ApiKey, str]:
    with place.enter():
        return api_keys.create(name="Key", preset=preset, **options)


def test_only_a_hash_of_the_secret_is_kept(trattoria: Place) -> None:
    key, text = _create(trattoria)

    mark, prefix, secret = text.split("_", 2)
    assert (mark, prefix) == ("cop", key.prefix)
    assert len(secret) >= 40
    with trattoria.enter():
        key = ApiKey.objects.get()
        assert key.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
        kept = json.dumps([list(ApiKey.objects.values()), list(AuditEntry.objects.values())], default=str)
    assert secret not in kept


def test_the_key_is_shown_once_and_then_only_its_prefix(trattoria: Place, bearer: NewBearer) -> None:
    admin = bearer(trattoria)

    made = admin.post("api-keys/", {"name": "Till", "preset": "pos"})
    listed = admin.get("api-keys/")

    assert made.status_code == 201
    assert made.json()["api_key"].split("_")[1] == made.json()["prefix"]
    assert [key["prefix"] for key in listed.json()["results"] if key["name"] == "Till"] == [made.json()["prefix"]]
    assert "api_key" not in listed.json()["results"][0]
    assert made.json()["api_key"] not in listed.content.decode()


def test_a_widget_key_needs_its_venue(trattoria: Place) -> None:
    with pytest.raises(api_keys.VenueRequired) as refusal:
        _create(trattoria, "widget")
    assert refusal.value.field == "venue"


def test_a_key_for_another_tenants_venue_is_refused(trattoria: Place, bistro: Place, bearer: NewBearer) -> None:
    answer = bearer(trattoria).post("api-keys/", {"name": "Widget", "preset": "widget", "venue": str(bistro.venue.pk)})

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["venue"]


def test_a_key_sees_its_own_tenant_only(trattoria: Place, bistro: Place, bearer: NewBearer) -> None:
    assert _venue_names(bearer(trattoria, "read").get("venues/")) == ["Centro", "Mare"]
    assert _venue_names(bearer(bistro, "read").get("venues/")) == ["Plateau"]
    assert bearer(trattoria, "read").get(f"venues/{bistro.venue.pk}/").status_code == 404


def test_a_bound_key_sees_its_own_venue_only(trattoria: Place, bearer: NewBearer) -> None:
    centro, mare = trattoria.venues
    key = bearer(trattoria, "pos", venue=centro)

    assert _venue_names(key.get("venues/")) == ["Centro"]
    assert key.get(f"venues/{mare.pk}/").status_code == 404


def test_a_missing_scope_is_named(trattoria: Place, bearer: NewBearer) -> None:
    answer = bearer(trattoria, "read").post("venues/", {"name": "New"})

    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "venues_manage" in answer.json()["detail"]


class TestRevoking:
    def test_holds_within_a_second_even_where_the_key_was_trusted(self, trattoria: Place, bearer: NewBearer) -> None:
        key = bearer(trattoria, "read")
        assert key.get("venues/").status_code == 200
        with trattoria.enter():
            api_keys.revoke(ApiKey.objects.get(preset="read"))

        later = time.monotonic() + api_keys.TRUSTED_SECONDS
        while time.monotonic() < later:
            pass

        assert key.get("venues/").status_code == 401

    def test_through_the_api_is_audited_and_ends_the_key(self, trattoria: Place, bearer: NewBearer) -> None:
        admin, victim = bearer(trattoria), bearer(trattoria, "read")
        with trattoria.enter():
            key = ApiKey.objects.get(preset="read")

        assert admin.delete(f"api-keys/{key.pk}/").status_code == 204

        api_keys.forget_trusted()
        assert victim.get("venues/").status_code == 401
        with trattoria.enter():
            assert AuditEntry.objects.filter(action="api_key_revoked", object_id=key.pk).count() == 1

    def test_twice_changes_nothing(self, trattoria: Place) -> None:
        key, _text = _create(trattoria)
        with trattoria.enter():
            api_keys.revoke(key)
            first = key.revoked_at
            api_keys.revoke(key)

            assert ApiKey.objects.get().revoked_at == first
            assert AuditEntry.objects.filter(action="api_key_revoked").count() == 1


def test_an_expired_key_is_refused_at_the_moment_it_expires(trattoria: Place) -> None:
    now = timezone.now()
    _key, text = _create(trattoria, expires_at=now + datetime.timedelta(hours=1))

    with time_machine.travel(now + datetime.timedelta(minutes=59, seconds=59), tick=False):
        api_keys.authenticate(f"Bearer {text}")
    with time_machine.travel(now + datetime.timedelta(hours=1), tick=False), pytest.raises(api_keys.KeyRefused):
        api_keys.authenticate(f"Bearer {text}")


def test_a_key_cannot_be_made_expired(trattoria: Place) -> None:
    with pytest.raises(api_keys.AlreadyExpired):
        _create(trattoria, expires_at=timezone.now())


def test_the_last_use_is_noted_by_the_minute(trattoria: Place) -> None:
    _key, text = _create(trattoria)
    start = datetime.datetime(2027, 3, 1, 12, 0, tzinfo=datetime.UTC)

    for minutes, noted in ((0, 0), (0.5, 0), (2, 2)):
        moment = start + datetime.timedelta(minutes=minutes)
        with time_machine.travel(moment, tick=False):
            api_keys.forget_trusted()
            api_keys.authenticate(f"Bearer {text}")
        with trattoria.enter():
            assert ApiKey.objects.get().last_used_at == start + datetime.timedelta(minutes=noted)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer cop",
        "Bearer cop__",
        "Bearer cop_0123456789ab_",
        "Bearer cop_0123456789ab_wrong",
        "Bearer sk_0123456789ab_wrong",
        "Bearer cop_'; DROP TABLE tenants_apikey; --_x",
        "Bearer cop_0123456789ab_\x00",
        "Bearer cop_\x00_x",
        "Bearer cop_pr%00fix_x",
        "Bearer cop_préfixe_clé",
        "Bearer cop_\ud800_x",
        "Bearer cop_" + "a" * 10_000 + "_x",
        "Bearer {token} extra",
        "Token {token}",
        "Basic Y29wOmNvcA==",
        "{token}",
    ],
)
def test_a_bad_key_is_401_with_a_challenge(trattoria: Place, bearer: NewBearer, header: str) -> None:
    token = bearer(trattoria, "read").token

    answer = Client().get("/api/v1/venues/", headers={"Authorization": header.replace("{token}", token)})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] in {"invalid_key", "not_authenticated"}


def test_a_right_prefix_with_another_secret_is_refused(trattoria: Place) -> None:
    _key, text = _create(trattoria)
    mark, prefix, secret = text.split("_", 2)

    for wrong in (secret[:-1], secret + "x", secret.swapcase(), "x" * len(secret)):
        with pytest.raises(api_keys.KeyRefused):
            api_keys.authenticate(f"Bearer {mark}_{prefix}_{wrong}")
    assert api_keys.authenticate(f"bearer {text}").tenant_id == trattoria.id


def test_a_bad_key_is_401_within_a_session_too(trattoria: Place) -> None:
    answer = trattoria.signed_in().get("/api/v1/venues/", headers={"Authorization": "Bearer cop_no_no"})

    assert answer.status_code == 401


class TestOrigins:
    """A widget key stands in a web page: a browser's call from elsewhere is refused."""

    @pytest.fixture
    def widget(self, trattoria: Place) -> Bearer:
        _key, text = _create(trattoria, "widget", venue=trattoria.venue, origins=["https://www.trattoria.example"])
        return Bearer(text)

    def test_a_listed_origin_may_call(self, widget: Bearer) -> None:
        answer = widget.post("bookings/", {}, Origin="https://www.trattoria.example")
        assert answer.status_code == 400

    def test_a_call_from_no_browser_is_not_judged(self, widget: Bearer) -> None:
        assert widget.post("bookings/", {}).status_code == 400

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example",
            "http://www.trattoria.example",
            "https://www.trattoria.example:8443",
            "https://www.trattoria.example.evil.example",
            "null",
            "",
        ],
    )
    def test_another_origin_is_refused(self, widget: Bearer, origin: str) -> None:
        answer = widget.post("bookings/", {}, Origin=origin)

        assert answer.status_code == 403
        assert answer.json()["code"] == "origin_refused"

    def test_an_origin_is_kept_as_browsers_send_it(self, trattoria: Place) -> None:
        for wrong in (
            "https://Example.com",
            "https://example.com/",
            "example.com",
            "*",
            "https://a.com\nhttps://b.com",
        ):
            with pytest.raises(api_keys.OriginInvalid):
                _create(trattoria, "widget", venue=trattoria.venue, origins=[wrong])


def test_a_key_trusted_within_the_second_costs_no_query(trattoria: Place) -> None:
    _key, text = _create(trattoria)
    api_keys.authenticate(f"Bearer {text}")

    with CaptureQueriesContext(connection) as queries:
        api_keys.authenticate(f"Bearer {text}")

    assert len(queries) == 0


def _venue_names(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [venue["name"] for venue in answer.json()["results"]]
