"""Questions to pg_catalog, asked as the owner."""

from __future__ import annotations

from typing import Any

from django.db import connections


def rows(question: str, *parameters: str) -> list[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(question, parameters)
        return list(cursor.fetchall())


def tenant_tables() -> dict[str, str]:
    """Every table that holds rows of a tenant, with the column that names it."""
    found = rows(
        "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' "
        "AND NOT a.attisdropped"
    )
    return {"tenants_tenant": "id", **{name: "tenant_id" for (name,) in found}}
