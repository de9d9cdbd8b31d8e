"""Health data are sealed anew with the newest key, wherever they lie (R-PRIV-3): notes of contacts, and what apps above hold.

A chunk is a transaction of its own, of one holder: stopped and begun again, it goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from crm import facets, health
from tenants import lookup, scope


class Holder(NamedTuple):
    """`reseal` seals a chunk anew and answers how many texts; `is_behind` says whether one lies under an older key."""

    reseal: Callable[[], int]
    is_behind: Callable[[], bool]


def run() -> int:
    """Seal anew what lies under an older key in all tenants; answer how many texts. No scope is open.

    Raises sealing.Unreadable where the older key is gone.
    """
    count = 0
    for tenant_id in lookup.all_tenants():
        for holder in _holders():
            while done := _chunk(tenant_id, holder):
                count += done
    return count


def is_done() -> bool:
    """Whether nothing lies under an older key any more. No scope is open."""
    return not any(_is_behind(tenant_id) for tenant_id in lookup.all_tenants())


def _holders() -> list[Holder]:
    above = [Holder(facet.reseal, facet.is_behind) for facet in facets.registered()]
    return [Holder(health.reseal, health.is_behind), *above]


def _chunk(tenant_id: UUID, holder: Holder) -> int:
    with scope.enter(tenant_id, scope.SYSTEM):
        return holder.reseal()


def _is_behind(tenant_id: UUID) -> bool:
    with scope.enter(tenant_id, scope.SYSTEM):
        return any(holder.is_behind() for holder in _holders())
