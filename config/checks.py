"""Refuse to serve with a database role under which row level security would be void (R-PRIV-3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from config import database


@register(Tags.database)
def app_role_is_harmless(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    if not databases or "default" not in databases:
        return []
    return [
        Error(
            f"DATABASE_URL connects as a role that must not serve: {fault}.",
            hint="Use a role that owns no table and has neither SUPERUSER nor BYPASSRLS.",
            id="coperto.E001",
        )
        for fault in database.role_faults()
    ]


def refuse_dangerous_role() -> None:
    """Called when a web or worker process starts, since Django's database checks don't run there.

    A database that does not answer yet is no fault of the role: the process starts and /readyz says so.
    """
    try:
        faults = database.role_faults()
    except DatabaseError:
        return
    if faults:
        reasons = "; ".join(faults)
        raise ImproperlyConfigured(f"Refusing to start: the role in DATABASE_URL must not serve, because {reasons}.")
