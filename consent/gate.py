"""The one gate that every message passes before it leaves: may this address be written to, for this purpose (R-CONSENT-3)?

Marketing needs a marketable consent of the address in the venue. A service message, such as asking what a guest thought of
a visit, may go to whoever has not unsubscribed there. Who asked for their data to be cleared gets neither, from then on and not
only from the day on which they are (R-PRIV-1). An answer to what the guest wrote to us may always go.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from consent import reading
from consent.reading import ConsentItem
from consent.status import ConsentChannel, Status
from crm.models import Contact
from tenants.models import Venue


class Purpose(models.TextChoices):
    """Why somebody is written to."""

    MARKETING = "marketing", _("marketing")
    SERVICE = "service", _("service")
    REPLY = "reply", _("reply")


class Hindrance(models.TextChoices):
    """Why an address gets no marketing. Values are public and stable."""

    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    UNDELIVERABLE = "undeliverable", _("the address does not work")
    NOT_MARKETABLE = "not_marketable", _("has not agreed to be written to")
    ERASURE_ASKED = "erasure_asked", _("asked for their data to be cleared")


def may_be_written_to(
    venue: Venue,
    channel: ConsentChannel,
    address: str,
    *,
    holder: Contact | None,
    purpose: Purpose,
    at: datetime.datetime,
) -> bool:
    """Whether `venue` may write now to this address (in normal form) of this contact."""
    if purpose == Purpose.REPLY:
        return True
    if has_asked_for_erasure(holder):
        return False
    found = reading.of_addresses([address], venues=[venue], now=at).get(address, [])
    return is_open(purpose, found, venue_id=venue.pk, channel=channel)


def has_asked_for_erasure(holder: Contact | None) -> bool:
    """Whether this contact is to be erased on a later day."""
    return holder is not None and holder.erase_on is not None


def is_open(purpose: Purpose, consents: Iterable[ConsentItem], *, venue_id: UUID, channel: ConsentChannel) -> bool:
    """The same for an address whose consents were read already; nothing on record is status none."""
    own = [one for one in consents if one.venue == venue_id and one.channel == channel]
    if purpose == Purpose.REPLY:
        return True
    if purpose == Purpose.SERVICE:
        return not any(map(closes_service, own))
    return any(one.marketable for one in own)


def closes_service(consent: ConsentItem) -> bool:
    """Whether this keeps its venue from writing to its address even about the guest's own booking or order."""
    return consent.erasure_asked or consent.status == Status.UNSUBSCRIBED


def hindrance(
    venue: Venue, channel: ConsentChannel, address: str, *, holder: Contact, at: datetime.datetime
) -> Hindrance | None:
    """Why this contact must get no marketing of `venue` at this address now; None when it may."""
    if has_asked_for_erasure(holder):
        return Hindrance.ERASURE_ASKED
    return hindrances(venue, channel, [address], at=at).get(address)


def hindrances(
    venue: Venue, channel: ConsentChannel, addresses: Collection[str], *, at: datetime.datetime
) -> dict[str, Hindrance]:
    """Which of these addresses (in normal form) must get no marketing of `venue` now, and why, whoever holds them.

    Two queries at most.
    """
    found = reading.of_addresses(addresses, venues=[venue], now=at)
    closed = {
        address: found.get(address, [])
        for address in addresses
        if not is_open(Purpose.MARKETING, found.get(address, []), venue_id=venue.pk, channel=channel)
    }
    return {address: _hindrance([one for one in own if one.channel == channel]) for address, own in closed.items()}


def _hindrance(consents: Iterable[ConsentItem]) -> Hindrance:
    """Of a closed address: what it is that closes it."""
    if any(one.status == Status.UNSUBSCRIBED for one in consents):
        return Hindrance.UNSUBSCRIBED
    return Hindrance.UNDELIVERABLE if any(one.undeliverable for one in consents) else Hindrance.NOT_MARKETABLE
