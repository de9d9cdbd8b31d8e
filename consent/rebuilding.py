"""The status rows made anew from the ledger, which alone is the truth (R-CONSENT-1).

Where all is well nothing differs and nothing is written. Works through the addresses in chunks, each a transaction of its
own, so that nobody waits for the whole of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from consent.models import ERASED, ConsentEntry, ConsentStatus
from consent.recording import follow
from crm import identity
from tenants import scope

logger = logging.getLogger(__name__)

CHUNK = 500
FIELDS = ("status", "pending_since", "changed_at", "source", "number")
_Key = tuple[UUID, str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A status that was wrong: what stood there, and what the ledger says. It names nobody."""

    status_id: UUID
    venue_id: UUID
    channel: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What became of one chunk; `last` is its last address, after which the next begins."""

    address_count: int
    differences: list[Difference]
    last: str


def of_tenant(tenant_id: UUID) -> Iterator[Rebuilt]:
    """Compare and repair the status rows of a tenant, chunk by chunk. No scope is open."""
    chunk = next_chunk(tenant_id)
    while chunk is not None:
        yield chunk
        chunk = next_chunk(tenant_id, chunk.last)


def next_chunk(tenant_id: UUID, after: str = "") -> Rebuilt | None:
    """Compare and repair the next addresses of a tenant; None at the end. Each difference is logged. No scope is open."""
    with scope.enter(tenant_id, scope.WORKER):
        addresses = _next_addresses(after)
        differences = rebuild(addresses) if addresses else []
    for one in differences:
        logger.error("Consent %s was %s; its ledger says %s.", one.status_id, one.before, one.after)
    return Rebuilt(len(addresses), differences, addresses[-1]) if addresses else None


def rebuild(addresses: Iterable[str]) -> list[Difference]:
    """Make the status rows of these addresses say what their ledger says. Locks the addresses."""
    wanted = sorted(set(addresses))
    identity.lock_keys(wanted)
    present = {_key(row): row for row in ConsentStatus.objects.filter(address__in=wanted)}
    entries = ConsentEntry.objects.filter(address__in=wanted).order_by("address", "venue_id", "channel", "number")
    folded = {key: _fold(list(own)) for key, own in groupby(entries, key=_key)}
    keys = sorted(present.keys() | folded.keys())
    found = [_difference(present.get(key), folded.get(key)) for key in keys]
    _repair([key for key, one in zip(keys, found, strict=True) if one], present, folded)
    return [one for one in found if one]


def _next_addresses(after: str) -> list[str]:
    tables = (ConsentEntry, ConsentStatus)
    found: set[str] = set()
    for table in tables:
        addresses = table.objects.filter(address__gt=after).exclude(address__startswith=ERASED)
        found |= set(addresses.order_by("address").values_list("address", flat=True).distinct()[:CHUNK])
    return sorted(found)[:CHUNK]


def _fold(entries: list[ConsentEntry]) -> ConsentStatus:
    first = entries[0]
    row = ConsentStatus(venue_id=first.venue_id, channel=first.channel, address=first.address)
    for entry in entries:
        follow(row, entry)
    return row


def _difference(present: ConsentStatus | None, folded: ConsentStatus | None) -> Difference | None:
    before, after = _said(present), _said(folded)
    if before == after:
        return None
    row = present or folded
    assert row is not None  # noqa: S101 (one of the two is there)
    return Difference(row.pk, row.venue_id, row.channel, before, after)


def _said(row: ConsentStatus | None) -> dict[str, Any] | None:
    return None if row is None else {name: getattr(row, name) for name in FIELDS}


def _repair(keys: list[_Key], present: dict[_Key, ConsentStatus], folded: dict[_Key, ConsentStatus]) -> None:
    wrong = [present[key] for key in keys if key in present]
    ConsentStatus.objects.filter(pk__in=[row.pk for row in wrong]).delete()
    for row in wrong:
        # What was mailed is no part of the ledger: it is not mailed again.
        if _key(row) in folded:
            folded[_key(row)].mailed_for = row.mailed_for
            folded[_key(row)].link_due_at = row.link_due_at
    ConsentStatus.objects.bulk_create(folded[key] for key in keys if key in folded)


def _key(one: ConsentStatus | ConsentEntry) -> _Key:
    return one.venue_id, one.channel, one.address
