"""The signed links by which guests come to their own pages without a login (R-CONSENT-4).

A link says tenant, venue, channel and address, and proves that who has it got what we sent to that address. It is good for
ever: an old mail must still unsubscribe, after a merge and after an erasure as well. Whether a confirmation can still be
given is not its business (consent.guest_acts).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from consent.status import ConsentChannel
from tenants.models import Venue

_SALT = "consent.links"


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
    try:
        tenant_id, venue_id, channel, address = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise BrokenLink(token) from error
    return Link(UUID(tenant_id), UUID(venue_id), ConsentChannel(channel), address)


def token_of(venue: Venue, channel: ConsentChannel, address: str) -> str:
    """Needs no scope: mail is composed outside any."""
    assert venue.tenant_id is not None  # noqa: S101 (the venue is stored)
    said = [venue.tenant_id.hex, venue.pk.hex, str(ConsentChannel(channel).value), address]
    return signing.dumps(said, salt=_SALT, compress=True)


def unsubscribe_url(venue: Venue, channel: ConsentChannel, address: str) -> str:
    return _url("unsubscribe", venue, channel, address)


def preferences_url(venue: Venue, channel: ConsentChannel, address: str) -> str:
    return _url("preferences", venue, channel, address)


def confirmation_url(venue: Venue, channel: ConsentChannel, address: str) -> str:
    return _url("confirm", venue, channel, address)


def _url(page: str, venue: Venue, channel: ConsentChannel, address: str) -> str:
    base = (settings.PUBLIC_URL or "").rstrip("/")
    return base + reverse(page, args=[token_of(venue, channel, address)])
