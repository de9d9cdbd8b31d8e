"""Every table of a tenant stands behind the second and third lock, in the database itself (R-PRIV-3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models

from config import database
from tenants.base import TenantManager
from tenants.models import Tenant
from tests.architecture.catalogue import rows, tenant_tables

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

# Rows that belong to no tenant: people who sign in, their sessions and second factors, and Django's own tables.
GLOBAL_TABLES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_session",
    "mfa_authenticator",
    "tenants_user",
}
# Unique beyond one tenant, and why that tells nobody anything: the slug is the tenant's public address.
UNIQUE_OVER_ALL_TENANTS = {"tenants_tenant_slug_key"}


def _tenant_models() -> list[type[models.Model]]:
    """The models whose table names a tenant; most are a TenantModel, some have another primary key."""
    return [model for model in apps.get_models() if model._meta.db_table in tenant_tables() and model is not Tenant]


def _references() -> list[tuple[type[models.Model], models.ForeignKey[Any, Any]]]:
    """The fields by which one tenant table refers to another."""
    mine = _tenant_models()
    return [
        (model, field)
        for model in mine
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model in mine
    ]


def test_every_table_is_either_a_tenants_or_on_the_closed_list() -> None:
    tables = {name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}

    assert tables - set(tenant_tables()) == GLOBAL_TABLES


def test_every_model_with_a_tenant_looks_at_the_tenant_in_force_only() -> None:
    assert {model._meta.db_table for model in _tenant_models()} == set(tenant_tables()) - {"tenants_tenant"}
    assert [model for model in _tenant_models() if not isinstance(model._default_manager, TenantManager)] == []


def test_every_tenant_table_has_row_level_security_and_the_one_policy() -> None:
    protected = rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace")
    policies = rows("SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies")

    assert {name for (name,) in protected} == set(tenant_tables())
    assert sorted(policies) == sorted(
        (table, "own_tenant", "PERMISSIVE", "{public}", "ALL", _condition(column), _condition(column))
        for table, column in tenant_tables().items()
    )


def _condition(column: str) -> str:
    """tenants.rls.CURRENT_TENANT_SQL as PostgreSQL writes it back."""
    return f"({column} = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)"


def test_every_reference_between_tenant_tables_is_held_by_a_composite_key() -> None:
    expected = {
        (model._meta.db_table, field.column, field.related_model._meta.db_table) for model, field in _references()
    }
    keys = rows(
        "SELECT c.conrelid::regclass::text, "
        "(SELECT array_agg(a.attname ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(num, n) "
        "  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num), "
        "c.confrelid::regclass::text, "
        "(SELECT array_agg(a.attname ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(num, n) "
        "  JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num), "
        "c.condeferrable, c.condeferred "
        "FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace"
    )
    composite = {
        (table, columns[1], parent)
        for table, columns, parent, target, deferrable, deferred in keys
        if columns[0] == "tenant_id" and target[0] == "tenant_id" and deferrable and deferred
    }

    assert composite == expected
    plain = {(table, parent) for table, columns, parent, *_ in keys if len(columns) == 1 and parent in tenant_tables()}
    assert {parent for _table, parent in plain} == {"tenants_tenant"}
    of_a_tenant = {table for table, _parent in plain} | {table for table, _column, _parent in composite}
    assert of_a_tenant == set(tenant_tables()) - {"tenants_tenant"}


def test_no_reference_within_a_tenant_is_left_to_a_plain_foreign_key() -> None:
    assert [f"{model._meta.label}.{field.name}" for model, field in _references() if _is_plain(field)] == []


def _is_plain(field: models.ForeignKey[Any, Any]) -> bool:
    return bool(field.db_constraint)  # type: ignore[attr-defined]


def test_every_unique_index_but_a_primary_key_starts_with_the_tenant() -> None:
    found = rows(
        "SELECT c.relname, i.relname, a.attname FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid "
        "JOIN pg_class i ON i.oid = x.indexrelid "
        "LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] "
        "WHERE x.indisunique AND NOT x.indisprimary AND c.relnamespace = 'public'::regnamespace"
    )
    strays = {index for table, index, first in found if table in tenant_tables() and first != "tenant_id"}

    assert strays == UNIQUE_OVER_ALL_TENANTS


def test_only_what_a_composite_key_refers_to_has_an_index_for_it() -> None:
    """Each new row of any other table would pay for an index that serves nobody."""
    parents = {field.related_model._meta.db_table for _model, field in _references()}
    found = rows(
        "SELECT x.indrelid::regclass::text FROM pg_index x "
        "WHERE x.indisunique AND x.indpred IS NULL AND ARRAY(SELECT a.attname::text FROM unnest(x.indkey) WITH ORDINALITY "
        "k(num, n) JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num ORDER BY k.n) = '{tenant_id,id}'"
    )

    assert {table for (table,) in found} & set(tenant_tables()) == parents


def test_no_view_looks_past_the_policies() -> None:
    """A view reads with its owner's rights, whom no policy binds."""
    assert (
        rows("SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace") == []
    )


def test_no_tenant_table_has_a_sequence_that_counts_all_tenants_rows() -> None:
    found = rows(
        "SELECT DISTINCT t.relname FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' "
        "JOIN pg_class t ON t.oid = d.refobjid WHERE d.deptype IN ('a', 'i') AND t.relkind = 'r'"
    )

    assert {name for (name,) in found} & set(tenant_tables()) == set()


class TestTheAppRole:
    def test_owns_nothing(self) -> None:
        owned = rows(
            "SELECT c.relname FROM pg_class c WHERE pg_has_role(%s, c.relowner, 'MEMBER') "
            "AND c.relnamespace = 'public'::regnamespace",
            _role(),
        )
        functions = rows("SELECT proname FROM pg_proc WHERE pg_has_role(%s, proowner, 'MEMBER')", _role())

        assert (owned, functions) == ([], [])

    def test_has_the_rights_it_needs_on_each_table_and_no_more(self) -> None:
        append_only = set(database.append_only_tables())
        asked = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
        for (table,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            held = [
                right for right in asked if rows("SELECT has_table_privilege(%s, %s, %s)", _role(), table, right)[0][0]
            ]
            assert held == (["SELECT", "INSERT"] if table in append_only else ["SELECT", "INSERT", "UPDATE", "DELETE"])

    def test_may_rewrite_no_append_only_table(self) -> None:
        assert {"audit_auditentry", "consent_consententry"} <= set(database.append_only_tables())

    def test_may_create_nothing(self) -> None:
        assert rows("SELECT has_schema_privilege(%s, 'public', 'CREATE')", _role()) == [(False,)]

    def test_is_found_harmless_and_the_owner_is_not(self) -> None:
        assert database.role_faults("default") == []
        assert database.role_faults("owner") != []


def _role() -> str:
    return str(settings.DATABASES["default"]["USER"])


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_migration_is_named_for_its_change() -> None:
    names = rows("SELECT app, name FROM django_migrations")
    own = {config.label for config in apps.get_app_configs() if "site-packages" not in str(config.path)}

    unnamed = [f"{app}.{name}" for app, name in names if app in own and "auto" in name]
    assert unnamed == []
