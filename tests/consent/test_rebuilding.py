"""The status is derived: made anew from the ledger, it says the same (R-CONSENT-1)."""

from __future__ import annotations

import datetime
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent import rebuilding
from consent.models import ConsentStatus
from consent.status import ConsentIrreversible, Event
from tests.consent.people import NOON, PHONE, happen

_numbers = count()


def _rows(address: str) -> list[dict]:
    return list(
        ConsentStatus.objects.filter(address__in=[address, PHONE])
        .order_by("address", "venue", "channel")
        .values("venue", "channel", "address", "status", "pending_since", "changed_at", "source", "number")
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.tuples(st.sampled_from(Event), st.booleans()), max_size=8))
def test_rebuilt_from_the_ledger_the_status_is_the_same(centro, mare, events):
    address = f"guest{next(_numbers)}@example.net"
    for hours, (event, is_here) in enumerate(events):
        venue = centro if is_here else mare
        venue.double_opt_in = hours % 3 == 0
        try:
            happen(event, venue, email=address, phone=PHONE, at=NOON + datetime.timedelta(hours=hours))
        except ConsentIrreversible:
            continue
    kept = _rows(address)

    ConsentStatus.objects.filter(address=address).update(status="none", number=99)
    rebuilding.rebuild([address, PHONE])

    assert _rows(address) == kept


def test_what_has_no_ledger_has_no_status(centro):
    ConsentStatus.objects.create(
        venue=centro, channel="email", address="stray@example.net", status="explicit", changed_at=NOON, source="api"
    )

    rebuilding.rebuild(["stray@example.net"])

    assert not ConsentStatus.objects.exists()
