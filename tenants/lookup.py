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


def entrance(user_id: UUID, slug: str) -> tuple[UUID | None, int]:
    """The tenant with this slug, and how many tenants the user works for. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT tenant_id FROM tenants_with_slug(%s)), (SELECT count(*) FROM memberships_of_user(%s))",
            [slug, user_id],
        )
        tenant_id, tenant_count = cursor.fetchone()
        return tenant_id, tenant_count


def all_tenants() -> list[UUID]:
    """Every tenant, for work that the worker does for each of them."""
    return [tenant_id for tenant_id, _ in _call("all_tenants")]


def rows_of(function: str) -> list[tuple[UUID, UUID]]:
    """(tenant id, row id) of all that this function of the closed list finds: what is due, over all tenants."""
    return _call(function)


def _call(function: str, *arguments: str | UUID) -> list[tuple[UUID, UUID]]:
    marks = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tenant_id, row_id FROM {function}({marks})", arguments)  # noqa: S608 - our own names
        return [(row[0], row[1]) for row in cursor.fetchall()]
