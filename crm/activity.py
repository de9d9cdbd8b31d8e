"""What counts as activity of a guest, as each table tells it: the SELECTs of a facet's `activity` (R-PRIV-2)."""

from __future__ import annotations

from django.db import models


def rows_since(table: type[models.Model], at: str, *, also: str = "") -> str:
    """A SELECT of (contact_id): who has a row whose `at` is the instant $3 or later, and for which the condition `also` holds.

    Over the tenant $1 and the contacts ANY($2).
    """
    is_ours = "tenant_id = $1 AND contact_id = ANY($2)"
    return f"SELECT contact_id FROM {table._meta.db_table} WHERE {is_ours} AND {at} >= $3::timestamptz{also and f' AND {also}'}"  # noqa: S608 (our own tables)
