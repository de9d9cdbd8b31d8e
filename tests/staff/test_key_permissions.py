"""A key may do what its preset says today, and what it was given besides (R-PRIV-3)."""

from __future__ import annotations

from typing import Any

import pytest

from staff import api_keys
from tenants import scope
from tenants.models import ApiKey
from tenants.permissions import PRESET_PERMISSIONS, TENANT_WIDE_PERMISSIONS, Permission
from tests.personas import Place

pytestmark = pytest.mark.usefixtures("db")


def _create(place: Place, preset: str = "read", **options: Any) -> tuple[ApiKey, str]:
    with place.enter():
        return api_keys.create(name="Key", preset=preset, **options)


@pytest.mark.parametrize("preset", ["widget", "pos", "wifi", "read", "admin"])
def test_a_key_holds_what_its_preset_says(trattoria: Place, preset: str) -> None:
    venue = trattoria.venue if preset == "widget" else None
    _key, text = _create(trattoria, preset, venue=venue)

    assert api_keys.authenticate(f"Bearer {text}").actor.permissions == PRESET_PERMISSIONS[preset]


def test_a_key_bound_to_a_venue_gets_nothing_that_concerns_the_whole_tenant(trattoria: Place) -> None:
    _key, text = _create(trattoria, "admin", venue=trattoria.venue)

    actor = api_keys.authenticate(f"Bearer {text}").actor
    assert actor.venue_id == trattoria.venue.pk
    assert actor.permissions == PRESET_PERMISSIONS["admin"] - TENANT_WIDE_PERMISSIONS


@pytest.mark.parametrize("venue", [True, False])
def test_a_key_from_before_holds_what_its_preset_says_today(trattoria: Place, venue: bool) -> None:
    """Made when the preset had fewer permissions, which its row still says."""
    key, text = _create(trattoria, "admin", venue=trattoria.venue if venue else None)
    with trattoria.enter():
        before = sorted(PRESET_PERMISSIONS["admin"] - {Permission.PRIVACY_MANAGE, Permission.HEALTH_READ})
        ApiKey.objects.filter(pk=key.pk).update(permissions=before)

    held = api_keys.authenticate(f"Bearer {text}").actor.permissions

    assert held == PRESET_PERMISSIONS["admin"] - (TENANT_WIDE_PERMISSIONS if venue else frozenset())


def test_permissions_that_exist_no_longer_are_left_out(trattoria: Place) -> None:
    key, text = _create(trattoria)
    with scope.enter(trattoria.id, scope.SYSTEM):
        ApiKey.objects.filter(pk=key.pk).update(permissions=["contacts_read", "from_the_past"])

    assert api_keys.authenticate(f"Bearer {text}").actor.permissions == PRESET_PERMISSIONS["read"]


def test_a_key_may_be_given_more_than_its_preset_holds(trattoria: Place) -> None:
    _key, text = _create(trattoria, besides=frozenset({Permission.AUDIT_READ}))

    held = api_keys.authenticate(f"Bearer {text}").actor.permissions

    assert held == PRESET_PERMISSIONS["read"] | {Permission.AUDIT_READ}
