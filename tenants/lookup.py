"""Finding the tenant before any scope is open: by key prefix, by user, by slug.

Nothing is visible then, so these call the closed list of SECURITY DEFINER functions, which return ids only (R-PRIV-3).
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection


def keys_with_prefix(prefix: str) -> list[tuple[UUID, UUID]]:
    """(tenant id, key id) of the API keys with this prefix."""
    return _call("keys_with_prefix", prefix)


def memberships_of_user(user_id: UUID) -> list[tuple[UUID, UUID]]:
    """(tenant id, membership id) of the user's active memberships."""
    return _call("memberships_of_user", user_id)


def tenant_with_slug(slug: str) -> UUID | None:
    found = _call("tenants_with_slug", slug)
    return found[0][0] if found else None


def all_tenants() -> list[UUID]:
    """Every tenant, for work that the worker does for each of them."""
    return [tenant_id for tenant_id, _ in _call("all_tenants")]


def _call(function: str, *arguments: str | UUID) -> list[tuple[UUID, UUID]]:
    marks = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tenant_id, row_id FROM {function}({marks})", arguments)  # noqa: S608 - our own names
        return [(row[0], row[1]) for row in cursor.fetchall()]
