"""The one gate that every message passes before it leaves: may this address be written to, for this purpose (R-CONSENT-3)?

Marketing needs a marketable consent of the address in the venue. A service message, such as asking what a guest thought of
a visit, may go to whoever has not unsubscribed there. An answer to what the guest wrote to us may always go.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from consent import reading
from consent.reading import ConsentItem
from consent.status import ConsentChannel, Status
from tenants.models import Venue


class Purpose(models.TextChoices):
    """Why somebody is written to."""

    MARKETING = "marketing", _("marketing")
    SERVICE = "service", _("service")
    REPLY = "reply", _("reply")


def may_be_written_to(
    venue: Venue, channel: ConsentChannel, address: str, *, purpose: Purpose, at: datetime.datetime
) -> bool:
    """Whether `venue` may write to this address (in normal form) now."""
    if purpose == Purpose.REPLY:
        return True
    found = reading.of_addresses([address], venues=[venue], now=at).get(address, [])
    return is_open(purpose, found, venue_id=venue.pk, channel=channel)


def is_open(purpose: Purpose, consents: Iterable[ConsentItem], *, venue_id: UUID, channel: ConsentChannel) -> bool:
    """The same for an address whose consents were read already; nothing on record is status none."""
    own = [one for one in consents if one.venue == venue_id and one.channel == channel]
    if purpose == Purpose.REPLY:
        return True
    if purpose == Purpose.SERVICE:
        return all(one.status != Status.UNSUBSCRIBED for one in own)
    return any(one.marketable for one in own)
