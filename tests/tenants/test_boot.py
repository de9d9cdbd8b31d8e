"""Neither web nor worker serves with a role under which row level security would be void (R-PRIV-3), or without its secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from config import state

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

WEB = [sys.executable, "-c", "import config.wsgi"]
WORKER = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--pool", "solo", "--loglevel", "INFO"]
REFUSAL = "Refusing to start: the role in DATABASE_URL must not serve, because "


def _url(alias: str) -> str:
    values = settings.DATABASES[alias]
    return f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


def _start(program: list[str], url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        program,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_app_role_serves() -> None:
    started = _start(WEB, _url("default"))

    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize("program", [WEB, WORKER])
def test_nobody_serves_who_cannot_ask_what_the_role_may_do(program: list[str]) -> None:
    started = _start(program, "postgres://coperto_app@127.0.0.1:9/nowhere")

    assert started.returncode != 0
    assert "connection failed" in started.stderr


@pytest.mark.parametrize("program", [WEB, WORKER])
def test_the_owner_of_the_tables_is_refused(program: list[str]) -> None:
    started = _start(program, _url("owner"))

    assert started.returncode != 0
    assert REFUSAL + "it owns " in started.stderr


class TestRolesAboveThePolicies:
    """Only a superuser can make such roles; the embedded server of the tests has one."""

    @pytest.fixture
    def role(self, request: pytest.FixtureRequest) -> Iterator[str]:
        admin_url = os.environ.get("DATABASE_ADMIN_URL")
        if not admin_url:
            pytest.skip(
                "DATABASE_ADMIN_URL is not set: the server named by the environment is not ours to add roles to"
            )
        name = f"coperto_test_{os.getpid()}"
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(sql.SQL(request.param).format(sql.Identifier(name)))
            yield name
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))

    @pytest.mark.parametrize(
        ("role", "reason"),
        [
            ("CREATE ROLE {} LOGIN PASSWORD 'p' SUPERUSER", "it is a superuser"),
            ("CREATE ROLE {} LOGIN PASSWORD 'p' BYPASSRLS", "it bypasses row level security"),
        ],
        indirect=["role"],
    )
    def test_are_refused(self, role: str, reason: str) -> None:
        values = settings.DATABASES["default"]
        url = f"postgres://{role}:p@{values['HOST']}:{values['PORT']}/{values['NAME']}"

        started = _start(WEB, url)

        assert started.returncode != 0
        assert REFUSAL + reason in started.stderr


def test_the_check_command_says_the_same() -> None:
    check = [sys.executable, "manage.py", "check", "--database=default"]

    assert _start(check, _url("default")).returncode == 0
    refused = _start(check, _url("owner"))
    assert refused.returncode == 1
    assert "coperto.E001" in refused.stderr


@pytest.mark.parametrize("program", [WEB, WORKER])
@pytest.mark.parametrize("name", ["PRIVACY_PEPPER", "HEALTH_KEYS"])
def test_nobody_serves_without_the_secrets_that_must_never_change(
    program: list[str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made from SECRET_KEY, they would change with it (R-PRIV-1)."""
    monkeypatch.setenv(name, "")
    started = _start(program, _url("default"))

    assert started.returncode != 0
    assert f"Refusing to start: {name} must be set and never change" in started.stderr


def test_they_come_from_the_state_folder_when_the_environment_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPERTO_HOME", str(tmp_path))
    kept = {"PRIVACY_PEPPER": "kept", "HEALTH_KEYS": "kept"}
    for name in kept:
        monkeypatch.delenv(name)
    state.save(kept)
    started = _start(WEB, _url("default"))

    assert started.returncode == 0, started.stderr
