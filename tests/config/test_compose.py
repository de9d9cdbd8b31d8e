"""`docker-compose.yml` says the same as `manage.py up`: the parts, their rights, and when each is well."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from config import state

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((state.PROJECT_ROOT / "docker-compose.yml").read_text())[
    "services"
]


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_who_serves_never_gets_the_owners_rights(name):
    assert SERVICES[name]["environment"]["DATABASE_OWNER_URL"] == ""
    assert SERVICES[name]["environment"]["DATABASE_URL"].startswith("postgres://coperto_app:")


@pytest.mark.parametrize("name", ["web", "worker", "beat", "manage"])
def test_who_uses_the_database_waits_for_the_migration(name):
    assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_everything_that_keeps_running_has_a_health_check():
    without = [name for name in ("postgres", "valkey", "worker", "beat") if "test" not in SERVICES[name]["healthcheck"]]

    assert without == []
    assert "HEALTHCHECK" in (state.PROJECT_ROOT / "Dockerfile").read_text()


def test_the_image_does_not_run_as_root():
    assert "\nUSER coperto\n" in (state.PROJECT_ROOT / "Dockerfile").read_text()


def test_every_secret_must_be_given():
    text = (state.PROJECT_ROOT / "docker-compose.yml").read_text()
    passwords = ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "BROKER_PASSWORD")
    secrets = ("SECRET_KEY", "PRIVACY_PEPPER", "HEALTH_KEYS", *passwords)

    assert [name for name in secrets if f"${{{name}:?" not in text or f"${{{name}}}" in text] == []
