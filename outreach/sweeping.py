"""The sweeper rings again for messages whose bell nobody heard, or whose worker is gone (ARCHITECTURE, Jobs)."""

from __future__ import annotations

from uuid import UUID

from django.db import connection


def due() -> list[tuple[UUID, UUID]]:
    """(tenant id, message id) of every message that waits too long, over all tenants."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, row_id FROM due_messages()")
        return [(row[0], row[1]) for row in cursor.fetchall()]
