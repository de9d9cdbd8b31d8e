"""Fixtures of every test: a database of its own, the app's role, and the people the sentences speak of.

The owner migrates one template database; every xdist worker works in a copy of it, connected as the app role, since as
a superuser every isolation test would pass falsely.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections, transaction
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from staff import api_keys
from tenants import scope
from tenants.permissions import Role
from tests import foundings
from tests.personas import Bearer, Place

# Staff passwords of the tests guard nothing, and a slow hash would cost more than everything else in them.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Every test client loads the middleware; looking for all static files each time took longer than most requests.
settings.WHITENOISE_AUTOREFRESH = True
# How long one example may take is no question for a machine that does something else besides.
hypothesis.settings.register_profile("unhurried", hypothesis.settings.default, deadline=None)
hypothesis.settings.load_profile("unhurried")

FEW_BYTES = 2_000_000
MAIN_DATABASE = settings.DATABASES["owner"]["NAME"]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays: the collector need not walk thousands of tests and modules again and again."""
    gc.collect()
    gc.freeze()


def _admin() -> psycopg.Connection:
    """A connection of the owner outside the test databases, to create and drop them."""
    owner = settings.DATABASES["owner"]
    return psycopg.connect(
        host=owner["HOST"],
        port=owner["PORT"] or 5432,
        user=owner["USER"],
        password=owner["PASSWORD"],
        dbname=MAIN_DATABASE,
        autocommit=True,
    )


def _point_at(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        settings.DATABASES[alias]["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker, worker_id: str) -> Iterator[None]:
    run = os.environ["COPERTO_TEST_RUN"]
    template, name = f"test_{run}_template", f"test_{run}_{worker_id}"
    with django_db_blocker.unblock(), _admin() as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
        _migrate_template(admin, template)
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        admin.execute("SELECT pg_advisory_unlock(hashtext(%s))", [template])
        _point_at(name)
        yield
        connections.close_all()


def _migrate_template(admin: psycopg.Connection, template: str) -> None:
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
        return
    admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
    _point_at(template)
    call_command("migrate", verbosity=0, skip_checks=True)
    connections["owner"].close()


@pytest.fixture(autouse=True)
def _clean_cache(request: pytest.FixtureRequest) -> None:
    if {"db", "commits", "trattoria", "bistro"} & set(request.fixturenames):
        cache.clear()
        api_keys.forget_trusted()


@pytest.fixture
def commits(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Real transactions: other connections see what the test commits; the owner empties it afterwards."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            connections["default"].close()
            _empty()


def _empty() -> None:
    """Delete what the test left, once nobody writes any more; truncating every table takes ten times as long for few rows."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT tablename, pg_relation_size(quote_ident(tablename)::regclass) FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
        )
        sizes = dict(cursor.fetchall())
        everything = sql.SQL(", ").join(map(sql.Identifier, sizes))
        if sum(sizes.values()) > FEW_BYTES:
            cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(everything))
        else:
            cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(everything))
            for filled in (name for name, size in sizes.items() if size):
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(filled)))


@pytest.fixture
def trattoria(request: pytest.FixtureRequest) -> Place:
    """Our own tenant: Italian, two venues, Centro and Mare."""
    _need_database(request)
    return foundings.trattoria()


@pytest.fixture
def bistro(request: pytest.FixtureRequest) -> Place:
    """The stranger: another tenant, in Canada, which must never see ours nor be seen."""
    _need_database(request)
    return foundings.bistro()


def _need_database(request: pytest.FixtureRequest) -> None:
    if "commits" not in request.fixturenames:
        request.getfixturevalue("db")


@pytest.fixture
def inside(trattoria: Place) -> Iterator[Place]:
    """The trattoria with its scope open, for tests that call a rule directly."""
    with scope.enter(trattoria.tenant.pk, trattoria.actor(Role.OWNER)):
        yield trattoria


@pytest.fixture
def bearer() -> Callable[..., Bearer]:
    """A client of the API with a key of the preset: `bearer(trattoria, "widget", venue=...)`."""
    return Bearer.of
