"""Refuse to serve with a database role under which row level security would be void (R-PRIV-3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

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

    Raises ImproperlyConfigured for a role that must not serve, and DatabaseError when nobody can tell: a process that
    could not ask does not serve either, and is started again.
    """
    faults = database.role_faults()
    if faults:
        reasons = "; ".join(faults)
        raise ImproperlyConfigured(f"Refusing to start: the role in DATABASE_URL must not serve, because {reasons}.")
