"""Two roles on one database: the owner migrates, the app works under row level security (R-PRIV-3).

The app role owns nothing and bypasses nothing. Its rights are granted here, after each migration, from what the models
say: append-only tables give no UPDATE and no DELETE, and no table gives TRUNCATE.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql


class OwnerMigrates:
    """Migrations run on the alias `owner` alone; everything else uses `default`."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"


def app_role() -> str:
    return str(settings.DATABASES["default"]["USER"])


def grant_rights(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give the app role what it needs on every table, sequence and definer function, and no more."""
    with connection.cursor() as cursor:
        name = sql.Identifier(role)
        # A restored backup has lost what the migrations took from everybody.
        cursor.execute("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC")
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}",
        ):
            cursor.execute(sql.SQL(statement).format(name))
        for table in append_only_tables():
            cursor.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), name))


def append_only_tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if getattr(model, "is_append_only", False)]


def role_faults(alias: str = "default") -> list[str]:
    """Why this connection must not serve: what its role may do that would make row level security void."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(rolsuper), bool_or(rolbypassrls) FROM pg_roles "
            "WHERE pg_has_role(current_user, oid, 'MEMBER')"
        )
        is_super, bypasses = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'MEMBER')"
        )
        owned = cursor.fetchone()[0]
    faults = ["it is a superuser"] * is_super + ["it bypasses row level security"] * bypasses
    return faults + ([f"it owns {owned} tables"] if owned else [])
