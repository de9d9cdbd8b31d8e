"""The status rows made anew from the ledger, which alone is the truth (R-CONSENT-1)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from consent.models import ConsentEntry, ConsentStatus
from consent.recording import follow
from crm import identity


def rebuild(addresses: Iterable[str]) -> None:
    """Make the status rows of these addresses say what their ledger says. Locks the addresses."""
    wanted = sorted(set(addresses))
    identity.lock_keys(wanted)
    ConsentStatus.objects.filter(address__in=wanted).delete()
    entries = ConsentEntry.objects.filter(address__in=wanted).order_by("address", "venue_id", "channel", "number")
    ConsentStatus.objects.bulk_create(
        _fold(list(own)) for _key, own in groupby(entries, key=lambda one: (one.address, one.venue_id, one.channel))
    )


def _fold(entries: list[ConsentEntry]) -> ConsentStatus:
    first = entries[0]
    row = ConsentStatus(venue_id=first.venue_id, channel=first.channel, address=first.address)
    for entry in entries:
        follow(row, entry)
    return row
