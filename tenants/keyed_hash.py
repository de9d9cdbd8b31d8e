"""Addresses that were erased, known again without being kept: a keyed hash whose pepper lies outside the database (R-PRIV-1).

Each tenant has its own hashes: nobody can tell from two of them that a guest was in both lists.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tenants import scope

LENGTH = 64


def of(address: str) -> str:
    """The hash of an e-mail or phone in normal form, for the tenant in force."""
    return of_all([address])[0]


def of_all(addresses: Iterable[str]) -> list[str]:
    """The hash of each, in their order."""
    if not settings.PRIVACY_PEPPER:
        raise ImproperlyConfigured("PRIVACY_PEPPER is not set: no hash of an address could be known again.")
    pepper, tenant = settings.PRIVACY_PEPPER.encode(), f"{scope.tenant_id()}:"
    return [hmac.digest(pepper, f"{tenant}{address}".encode(), "sha256").hex() for address in addresses]
