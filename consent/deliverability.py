"""Addresses that mail bounced off for good (R-CONSENT-3): no marketing goes there, from any venue.

The guest lifts it by an act that shows the address works: a confirmation by a link that we mailed.
"""

from __future__ import annotations

import datetime

from consent.models import UndeliverableAddress
from consent.status import ConsentChannel
from tenants import keyed_hash


def mark(address: str, channel: ConsentChannel, *, at: datetime.datetime) -> None:
    """Write no more marketing to this address (in normal form). Again changes nothing."""
    bounced = UndeliverableAddress(channel=channel, digest=keyed_hash.of(address), since=at)
    UndeliverableAddress.objects.bulk_create([bounced], ignore_conflicts=True)


def lift(address: str, channel: ConsentChannel) -> None:
    UndeliverableAddress.objects.filter(channel=channel, digest=keyed_hash.of(address)).delete()
