"""Refuse to serve with a database role under which row level security would be void (R-PRIV-3), without the secrets that
unsubscriptions and health data rest on (R-PRIV-1), or with links in mails by which no guest could unsubscribe (R-CONSENT-4)."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from config import database

logger = logging.getLogger(__name__)


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
    refuse_dead_links()
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


def refuse_dead_links() -> None:
    """Raises ImproperlyConfigured. Every marketing mail carries links by which mail programs unsubscribe (RFC 8058): they want
    https, and a host that guests can reach. A mail server on this machine may be one that only keeps mail to be looked at: for
    that one a warning is enough.
    """
    if settings.DEBUG or not settings.EMAIL_BACKEND.endswith(".SmtpMail") or _reaches_guests(settings.PUBLIC_URL or ""):
        return
    fault = (
        f"mail leaves by {settings.EMAIL_HOST}, but PUBLIC_URL is {settings.PUBLIC_URL or 'not set'}: the links by which "
        "guests unsubscribe must begin with https:// and lead to a host that they can reach."
    )
    if not _is_this_machine(settings.EMAIL_HOST):
        raise ImproperlyConfigured(f"Refusing to start: {fault}")
    logger.warning("No guest can unsubscribe: %s", fault)


def _reaches_guests(url: str) -> bool:
    address = urlsplit(url)
    return address.scheme == "https" and not _is_this_machine(address.hostname or "")


def _is_this_machine(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in ("", "localhost") or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def refuse_dangerous_role() -> None:
    """Django's database checks don't run in a web or worker process.

    Raises ImproperlyConfigured for a role that must not serve, and DatabaseError when nobody can tell: a process that
    could not ask does not serve either, and is started again.
    """
    faults = database.role_faults()
    if faults:
        reasons = "; ".join(faults)
        raise ImproperlyConfigured(f"Refusing to start: the role in DATABASE_URL must not serve, because {reasons}.")
