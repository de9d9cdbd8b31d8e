"""The second and third lock: row level security and composite keys, each alone, as the app's own role (R-PRIV-3)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, connections
from psycopg_pool import ConnectionPool
from uuid_utils.compat import uuid7

from tenants import scope
from tenants.models import ApiKey, Venue
from tests.personas import Place

pytestmark = pytest.mark.usefixtures("commits")

FOREIGN_ROW = "42501"
BROKEN_REFERENCE = "23503"


def _names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM tenants_venue ORDER BY name")
        return [row[0] for row in cursor.fetchall()]


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@pytest.fixture
def raw() -> Iterator[psycopg.Connection]:
    """A connection of the app role that knows nothing of our code."""
    with psycopg.connect(_conninfo(), autocommit=True) as opened:
        yield opened


def _conninfo() -> str:
    values = settings.DATABASES["default"]
    return psycopg.conninfo.make_conninfo(
        host=values["HOST"],
        port=values["PORT"],
        user=values["USER"],
        password=values["PASSWORD"],
        dbname=values["NAME"],
    )


def test_the_tests_run_as_the_app_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (settings.DATABASES["default"]["USER"], False, False)


def test_raw_sql_without_a_scope_sees_no_row(trattoria: Place, bistro: Place) -> None:
    tables = ["tenants_tenant", "tenants_venue", "tenants_membership", "tenants_apikey", "audit_auditentry", "crm_tag"]

    assert {table: _count(table) for table in tables} == dict.fromkeys(tables, 0)


def test_raw_sql_in_a_scope_sees_its_own_rows_only(trattoria: Place, bistro: Place) -> None:
    with trattoria.enter():
        assert _names() == ["Centro", "Mare"]
        assert _count("tenants_tenant") == 1
    with bistro.enter():
        assert _names() == ["Plateau"]


def test_raw_sql_can_neither_change_nor_delete_a_foreign_row(trattoria: Place, bistro: Place) -> None:
    with trattoria.enter(), connection.cursor() as cursor:
        cursor.execute("UPDATE tenants_venue SET name = 'Taken' WHERE id = %s", [bistro.venue.pk])
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM tenants_venue WHERE id = %s", [bistro.venue.pk])
        assert cursor.rowcount == 0

    with bistro.enter():
        assert _names() == ["Plateau"]


def test_the_unfiltered_manager_of_django_sees_its_own_rows_only(trattoria: Place, bistro: Place) -> None:
    with trattoria.enter():
        assert Venue._base_manager.count() == 2
        assert not Venue._base_manager.filter(pk=bistro.venue.pk).exists()


def test_a_row_cannot_be_written_into_another_tenant(trattoria: Place, bistro: Place) -> None:
    with pytest.raises(ProgrammingError) as refusal, trattoria.enter():
        _venue("Spy", tenant_id=bistro.id).save(force_insert=True)

    assert _cause(refusal).sqlstate == FOREIGN_ROW
    with bistro.enter():
        assert _names() == ["Plateau"]


def test_a_row_cannot_be_moved_into_another_tenant(trattoria: Place, bistro: Place) -> None:
    with pytest.raises(ProgrammingError) as refusal, trattoria.enter():
        Venue.objects.filter(name="Mare").update(tenant_id=bistro.id)

    assert _cause(refusal).sqlstate == FOREIGN_ROW


def test_nothing_can_be_written_without_a_scope(raw: psycopg.Connection, trattoria: Place) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute(
            "INSERT INTO tenants_tenant (id, name, slug, country, language, auto_merge, created_at) "
            "VALUES (%s, 'Ghost', 'ghost', 'IT', 'it', false, now())",
            [uuid7()],
        )


def test_a_foreign_parent_is_refused_by_the_composite_key(trattoria: Place, bistro: Place) -> None:
    with pytest.raises(IntegrityError) as refusal, trattoria.enter():
        _key(bistro.venue.pk).save(force_insert=True)

    assert _cause(refusal).sqlstate == BROKEN_REFERENCE
    assert _cause(refusal).diag.constraint_name == "tenants_apikey_venue_same_tenant"


def test_a_foreign_parent_is_refused_even_where_row_level_security_is_out_of_the_way(
    trattoria: Place, bistro: Place
) -> None:
    """The owner of the tables is not bound by the policies: the key alone refuses."""
    with trattoria.enter():
        key = _key(trattoria.venue.pk)
        key.save(force_insert=True)

    with pytest.raises(IntegrityError) as refusal, connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE tenants_apikey SET venue_id = %s WHERE id = %s", [bistro.venue.pk, key.pk])
        assert cursor.rowcount == 1

    assert _cause(refusal).diag.constraint_name == "tenants_apikey_venue_same_tenant"


def test_the_app_role_can_neither_truncate_nor_switch_the_policies_off(raw: psycopg.Connection) -> None:
    for statement in (
        "TRUNCATE tenants_venue CASCADE",
        "ALTER TABLE tenants_venue DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_tenant ON tenants_venue",
        "CREATE TABLE mine (id int)",
        "SET ROLE " + settings.DATABASES["owner"]["USER"],
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute(statement)


def test_switching_row_security_off_refuses_the_query_instead_of_opening_it(raw: psycopg.Connection) -> None:
    raw.execute("SET row_security = off")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute("SELECT * FROM tenants_venue")


def test_threads_at_once_each_see_their_own_tenant(trattoria: Place, bistro: Place) -> None:
    def look(place: Place) -> list[str]:
        try:
            with scope.enter(place.id, scope.SYSTEM):
                return _names()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as threads:
        seen = list(threads.map(look, [trattoria, bistro] * 20))

    assert seen == [["Centro", "Mare"], ["Plateau"]] * 20


def test_a_new_thread_starts_without_a_scope(trattoria: Place) -> None:
    with trattoria.enter(), ThreadPoolExecutor(max_workers=1) as threads:
        assert threads.submit(scope.is_open).result() is False


def test_a_pooled_connection_comes_back_without_a_tenant(trattoria: Place, bistro: Place) -> None:
    with ConnectionPool(_conninfo(), min_size=1, max_size=1) as pool:
        with pool.connection() as first:
            assert _seen_by(first, trattoria.id) == ["Centro", "Mare"]
        with pool.connection() as second:
            assert second.execute("SELECT count(*) FROM tenants_venue").fetchone() == (0,)
            assert _seen_by(second, bistro.id) == ["Plateau"]


def _seen_by(opened: psycopg.Connection, tenant_id: UUID) -> list[str]:
    opened.execute("SELECT set_config('app.tenant_id', %s, true)", [str(tenant_id)])
    return [row[0] for row in opened.execute("SELECT name FROM tenants_venue ORDER BY name")]


def _cause(refusal: pytest.ExceptionInfo[DatabaseError]) -> psycopg.Error:
    assert isinstance(refusal.value.__cause__, psycopg.Error)
    return refusal.value.__cause__


def _venue(name: str, *, tenant_id: UUID) -> Venue:
    return Venue(
        name=name, country="IT", timezone="Europe/Rome", currency="EUR", consent_regime="gdpr", tenant_id=tenant_id
    )


def _key(venue_id: UUID) -> ApiKey:
    return ApiKey(
        name="Key", prefix="0123456789ab", secret_hash="0" * 64, preset="read", permissions=[], venue_id=venue_id
    )


def test_a_temporary_table_cannot_stand_in_for_a_real_one(raw: psycopg.Connection, trattoria: Place) -> None:
    """The functions that find the tenant run with the owner's rights: what they read is not the caller's to choose."""
    raw.execute("CREATE TEMP TABLE tenants_tenant (id uuid, slug text)")
    raw.execute("INSERT INTO pg_temp.tenants_tenant VALUES (%s, 'trattoria')", [uuid7()])

    assert raw.execute("SELECT tenant_id FROM tenants_with_slug('trattoria')").fetchall() == [(trattoria.id,)]
