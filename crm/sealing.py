"""Texts that the database must not hold in the clear, sealed with keys that lie outside it (R-PRIV-3).

AES-256-GCM, with keys derived from settings.HEALTH_KEYS: the first seals, the others still open. A seal is bound to its
tenant and to what it belongs to: moved to another row it does not open.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tenants import scope
from tenants.refusal import Refusal

NONCE_BYTES = 12


class Unreadable(Refusal):
    code = "health_unreadable"
    status = 503
    default_message = _("The key that opens these allergies is missing from HEALTH_KEYS.")


@dataclass(frozen=True, slots=True)
class Sealed:
    """`key_id` names the key, without telling anything of it; `content` is the nonce and the ciphertext."""

    key_id: str
    content: bytes


def seal(text: str, *, bound_to: str) -> Sealed:
    """Seal with the newest key. `bound_to` names the row, and must be said again to open it."""
    key_id = newest()
    nonce = os.urandom(NONCE_BYTES)
    return Sealed(key_id, nonce + _ring()[key_id].encrypt(nonce, text.encode(), _context(bound_to)))


def unseal(sealed: Sealed, *, bound_to: str) -> str:
    """The text. Raises Unreadable without its key, and for what was moved or changed."""
    nonce, ciphertext = sealed.content[:NONCE_BYTES], sealed.content[NONCE_BYTES:]
    try:
        return _ring()[sealed.key_id].decrypt(nonce, ciphertext, _context(bound_to)).decode()
    except (KeyError, InvalidTag):
        raise Unreadable from None


def newest() -> str:
    """The name of the key that seals from now on."""
    return next(iter(_ring()))


def _context(bound_to: str) -> bytes:
    return f"{scope.tenant_id()}:{bound_to}".encode()


def _ring() -> dict[str, AESGCM]:
    return _ring_of(tuple(settings.HEALTH_KEYS))


@functools.lru_cache(maxsize=8)
def _ring_of(secrets: tuple[str, ...]) -> dict[str, AESGCM]:
    """The keys by their names, the newest first."""
    return {_derived(one, "name", 8).hex(): AESGCM(_derived(one, "key", 32)) for one in secrets}


def _derived(secret: str, purpose: str, length: int) -> bytes:
    info = f"coperto.health.{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret.encode())
