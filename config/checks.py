"""Refuse to serve with a database role under which row level security would be void (R-PRIV-3), or without the secrets that
unsubscriptions and health data rest on (R-PRIV-1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
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


def refuse_to_serve() -> None:
    """Called when a web or worker process starts. Raises ImproperlyConfigured, and DatabaseError when nobody can tell."""
    refuse_missing_secrets()
    refuse_dangerous_role()


def refuse_missing_secrets() -> None:
    """Raises ImproperlyConfigured. Made from SECRET_KEY, as they once were, they would change with it: whoever unsubscribed
    and was erased would be written to again, and no allergy could be read."""
    if settings.MISSING_SECRETS:
        names = " and ".join(settings.MISSING_SECRETS)
        raise ImproperlyConfigured(
            f"Refusing to start: {names} must be set and never change, unlike SECRET_KEY. An installation that ran without "
            'has used "pepper:" and "health:", each followed by its SECRET_KEY: set these values to keep what they guard.'
        )


def refuse_dangerous_role() -> None:
    """Django's database checks don't run in a web or worker process.

    Raises ImproperlyConfigured for a role that must not serve, and DatabaseError when nobody can tell: a process that
    could not ask does not serve either, and is started again.
    """
    faults = database.role_faults()
    if faults:
        reasons = "; ".join(faults)
        raise ImproperlyConfigured(f"Refusing to start: the role in DATABASE_URL must not serve, because {reasons}.")
