"""The sealed links by which guests come to their own pages without a login (R-CONSENT-4).

A link says tenant, venue, channel and address, and proves that who has it got what we sent to that address. Only we can read
it: whom a mail was forwarded to learns no address from its links. It is good for ever: an old mail must still unsubscribe,
after a merge and after an erasure as well, and so do links that were signed in the clear once. Whether a confirmation can
still be given is not its business (consent.guest_acts).
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core import signing
from django.urls import reverse

from consent.status import ConsentChannel
from tenants.models import Venue

_SALT = "consent.links"
_NONCE_BYTES, _ID_BYTES = 12, 16
# Stands in links that are out: none is ever to mean something else.
_CODES = {ConsentChannel.EMAIL: b"e", ConsentChannel.SMS: b"s"}
_CHANNELS = {code: channel for channel, code in _CODES.items()}


class BrokenLink(ValueError):
    """The link was not made by us, or was cut."""


@dataclass(frozen=True, slots=True)
class Link:
    tenant_id: UUID
    venue_id: UUID
    channel: ConsentChannel
    address: str


def read(token: str) -> Link:
    """What a token says. Raises BrokenLink."""
    return _signed(token) if ":" in token else _sealed(token)


def token_of(venue: Venue, channel: ConsentChannel, address: str) -> str:
    """Needs no scope: mail is composed outside any."""
    assert venue.tenant_id is not None  # noqa: S101 (the venue is stored)
    said = venue.tenant_id.bytes + venue.pk.bytes + _CODES[ConsentChannel(channel)] + address.encode()
    nonce = os.urandom(_NONCE_BYTES)
    return signing.b64_encode(nonce + _key_of(settings.SECRET_KEY).encrypt(nonce, said, None)).decode()


def _sealed(token: str) -> Link:
    said = _opened(token)
    tenant_id, venue_id, rest = said[:_ID_BYTES], said[_ID_BYTES : 2 * _ID_BYTES], said[2 * _ID_BYTES :]
    return Link(UUID(bytes=tenant_id), UUID(bytes=venue_id), _CHANNELS[rest[:1]], rest[1:].decode())


def _opened(token: str) -> bytes:
    """Sealed with the present secret, or one that was in use before."""
    try:
        content = signing.b64_decode(token.encode())
    except ValueError as error:
        raise BrokenLink from error
    if signing.b64_encode(content).decode() != token:
        raise BrokenLink
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _key_of(secret).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            continue
    raise BrokenLink


def _signed(token: str) -> Link:
    """One of those that were made before they were sealed."""
    try:
        tenant_id, venue_id, channel, address = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise BrokenLink from error
    return Link(UUID(tenant_id), UUID(venue_id), ConsentChannel(channel), address)


@functools.lru_cache(maxsize=8)
def _key_of(secret: str) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=_SALT.encode()).derive(secret.encode()))


def unsubscribe_url(venue: Venue, channel: ConsentChannel, address: str) -> str:
    return _url("unsubscribe", venue, channel, address)


def preferences_url(venue: Venue, channel: ConsentChannel, address: str) -> str:
    return _url("preferences", venue, channel, address)


def confirmation_url(venue: Venue, channel: ConsentChannel, address: str) -> str:
    return _url("confirm", venue, channel, address)


def _url(page: str, venue: Venue, channel: ConsentChannel, address: str) -> str:
    base = (settings.PUBLIC_URL or "").rstrip("/")
    return base + reverse(page, args=[token_of(venue, channel, address)])
