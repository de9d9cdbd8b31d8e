"""Every cell of R-CONSENT-2 through the ledger: from each status, each event, by each actor, on each channel."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import pytest
from django.db import transaction

from consent.models import ConsentEntry, ConsentStatus
from consent.status import GUEST_ACTS, ConsentChannel, ConsentIrreversible, Event, Status
from tenants import scope
from tenants.permissions import Permission, Role
from tenants.scope import Actor, ActorKind, PermissionMissing
from tests.consent.people import EMAIL, GUEST, NOON, PHONE, happen
from tests.consent.test_status import WITHOUT_DOUBLE_OPT_IN

LATER = NOON + datetime.timedelta(days=1)
# What brings an address to each status.
WAYS = {
    Status.NONE: None,
    Status.IMPLIED: Event.OTHERS_BOOKED,
    Status.EXPLICIT: Event.GUEST_BOOKED_TICKED,
    Status.UNSUBSCRIBED: Event.UNSUBSCRIBED,
}
THIRD_PARTY = Actor(kind=ActorKind.KEY, label="third party", permissions=frozenset({Permission.BOOKINGS_CREATE}))
PAGE = Actor(kind=ActorKind.GUEST, label="guest", permissions=frozenset({Permission.GUEST_ACTION}))


def actors(place) -> list[Actor]:
    return [GUEST, PAGE, THIRD_PARTY, scope.WORKER, *(place.actor(role) for role in Role)]


def expected(event: Event, before: Status) -> Status:
    cell = WITHOUT_DOUBLE_OPT_IN[event][list(Status).index(before)]
    if cell == "renewed":
        return Status.IMPLIED
    return cell if isinstance(cell, Status) else before


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("event", Event)
def test_a_cell_is_the_same_for_every_channel_and_only_the_guest_may_tick(inside, centro, mare, event, before):
    for actor, channel in itertools.product(actors(inside), ConsentChannel):
        with transaction.atomic():
            address = EMAIL if channel == ConsentChannel.EMAIL else PHONE
            carried: dict[str, Any] = (
                {"email": EMAIL, "phone": None} if channel == ConsentChannel.EMAIL else {"email": None, "phone": PHONE}
            )
            way = WAYS[before]
            if way is not None:
                happen(way, centro, **carried)
            count = ConsentEntry.objects.count()
            said = (event, before, actor.label, channel)

            after = _after(event, centro, actor, carried)

            refused = before == Status.UNSUBSCRIBED and event == Event.SUBSCRIBED_WITH_EVIDENCE
            if event in GUEST_ACTS and not actor.may(Permission.GUEST_ACTION):
                assert after is PermissionMissing, said
            elif refused:
                assert after is ConsentIrreversible, said
            else:
                assert after == expected(event, before), said
            if not isinstance(after, Status):
                assert ConsentEntry.objects.count() == count, said
            row = ConsentStatus.objects.filter(venue=centro, channel=channel, address=address).first()
            assert (row.status if row else Status.NONE) == (after if isinstance(after, Status) else before), said
            assert not ConsentStatus.objects.exclude(venue=centro, channel=channel, address=address).exists(), said
            transaction.set_rollback(True)


def _after(event: Event, venue, actor: Actor, carried) -> object:
    try:
        with transaction.atomic():
            [outcome] = happen(event, venue, by=actor, at=LATER, **carried)
    except (PermissionMissing, ConsentIrreversible) as refusal:
        return type(refusal)
    return outcome.after
