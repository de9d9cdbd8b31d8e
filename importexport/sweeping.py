"""The sweeper rings again for imports whose worker is gone: killed, or never reached (ARCHITECTURE, Jobs)."""

from __future__ import annotations

from uuid import UUID

from django.db import connection


def due() -> list[tuple[UUID, UUID]]:
    """(tenant id, job id) of every import at work whose lease has lapsed, over all tenants."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, row_id FROM due_import_jobs()")
        return [(row[0], row[1]) for row in cursor.fetchall()]
