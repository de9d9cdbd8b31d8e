"""Whose consent may stand otherwise than it did, for who asked about many and must not ask about all of them again (R-CONSENT-3).

Under `casl` time alone ends an implied consent: there everybody has to be asked about again.

What was written since is found by its id, which begins with the time of writing: an event may be older. A transaction may
have begun before and have ended since, and clocks differ: so it is looked for somewhat earlier.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from uuid import UUID

from consent.models import ConsentEntry, UndeliverableAddress
from consent.status import ConsentChannel
from tenants import keyed_hash
from tenants.models import Venue

MARGIN = datetime.timedelta(minutes=15)
# Where the milliseconds stand in a version 7 id.
_TIME_BITS = 80


def addresses_since(since: datetime.datetime, *, venue: Venue, channel: ConsentChannel) -> set[str]:
    """The addresses (in normal form) of which the ledger has said something since, in this venue and channel."""
    found = ConsentEntry.objects.filter(pk__gte=_first_id(since), venue=venue, channel=channel)
    return set(found.values_list("address", flat=True))


def bounced_since(since: datetime.datetime, addresses: Iterable[str], *, channel: ConsentChannel) -> set[str]:
    """Those of these addresses that mail has bounced off since."""
    digests = set(
        UndeliverableAddress.objects.filter(pk__gte=_first_id(since), channel=channel).values_list("digest", flat=True)
    )
    return {address for address in addresses if keyed_hash.of(address) in digests} if digests else set()


def _first_id(since: datetime.datetime) -> UUID:
    """Before every id that was made since, less the margin."""
    return UUID(int=int((since - MARGIN).timestamp() * 1000) << _TIME_BITS)
