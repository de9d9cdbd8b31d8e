"""The sweeper rings again for messages whose bell nobody heard, or whose worker is gone (ARCHITECTURE, Jobs)."""

from __future__ import annotations

from uuid import UUID

from tenants import lookup


def due() -> list[tuple[UUID, UUID]]:
    """(tenant id, message id) of every message that waits too long, over all tenants."""
    return lookup.rows_of("due_messages")
