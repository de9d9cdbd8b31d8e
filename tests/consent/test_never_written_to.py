"""Whatever happens in whatever order: who unsubscribed is marketable again only by an act of their own (R-CONSENT-1 to 3).

Three venues, one that asks for double opt-in and one under CASL, and four addresses; bookings, ticks, staff, imports, links,
STOP, erasure and the bin, over years, against a small model. What happens to one venue, channel or address touches no other.
"""

from __future__ import annotations

import datetime
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from consent import erasing, gate, guest_acts, reading, rebuilding
from consent.gate import Purpose
from consent.guest_acts import ConfirmationOver, Place
from consent.models import Source
from consent.status import ConsentChannel, ConsentIrreversible, Event
from crm import bin as contact_bin
from crm.models import Contact
from staff import venues
from tenants import scope
from tenants.models import Venue
from tests import personas
from tests.consent.marketing_model import Key, Model
from tests.consent.people import GUEST, NOON, anna, happen

ADDRESSES = ["anna@example.net", "bruno@example.net", "+393331042217", "+393331042218"]
VENUES = range(3)
DOUBLE, CASL = 1, 2
HOUSE = [Event.OTHERS_BOOKED, Event.INQUIRED]
SILENT = [Event.SIGNED_UP, Event.LISTED]

keys = st.tuples(st.sampled_from(VENUES), st.sampled_from(ADDRESSES))


class Years(RuleBasedStateMachine):
    place: ClassVar[personas.Place]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model(doubles=frozenset({DOUBLE}), casl=frozenset({CASL}))
        self.now = NOON
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.venues = self._open_venues()
        self.contacts = [
            anna(self.venues[0], email=email, phone=phone)
            for email, phone in zip(ADDRESSES[:2], ADDRESSES[2:], strict=True)
        ]

    def teardown(self) -> None:
        assert rebuilding.rebuild(ADDRESSES) == []
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @rule(hours=st.sampled_from([1, 71, 73, 24 * 29, 24 * 190]))
    def wait(self, hours: int) -> None:
        self.now += datetime.timedelta(hours=hours)

    @rule(key=keys, is_booking=st.booleans())
    def tick(self, key: Key, is_booking: bool) -> None:
        self._happen(Event.GUEST_BOOKED_TICKED if is_booking else Event.SIGNED_UP_TICKED, key)
        self.model.tick(key, self.now, is_booking=is_booking)

    @rule(key=keys, event=st.sampled_from([Event.GUEST_BOOKED, *HOUSE]))
    def deal(self, key: Key, event: Event) -> None:
        self._happen(event, key)
        self.model.deal(key, self.now, months=6)

    @rule(key=keys)
    def buy(self, key: Key) -> None:
        self._happen(Event.PURCHASED, key)
        self.model.deal(key, self.now, months=24)

    @rule(key=keys, event=st.sampled_from(SILENT))
    def nothing_said(self, key: Key, event: Event) -> None:
        self._happen(event, key)

    @rule(key=keys)
    def house_subscribes(self, key: Key) -> None:
        if key in self.model.left:
            with pytest.raises(ConsentIrreversible), transaction.atomic():
                self._happen(Event.SUBSCRIBED_WITH_EVIDENCE, key)
            return
        self._happen(Event.SUBSCRIBED_WITH_EVIDENCE, key)
        self.model.agree(key)

    @rule(key=keys)
    def leave_by_staff(self, key: Key) -> None:
        self._happen(Event.UNSUBSCRIBED, key)
        self.model.leave(key)

    @rule(key=keys)
    def leave_by_link(self, key: Key) -> None:
        with scope.enter(scope.tenant_id(), guest_acts.GUEST):
            guest_acts.unsubscribe([self._place(key)], source=Source.PAGE, at=self.now)
        self.model.leave(key)

    @rule(address=st.sampled_from(ADDRESSES))
    def leave_everywhere(self, address: str) -> None:
        """STOP to a number that the venues share."""
        everywhere = [(number, address) for number in VENUES]
        guest_acts.unsubscribe([self._place(key) for key in everywhere], source=Source.MESSAGE, at=self.now)
        for key in everywhere:
            self.model.leave(key)

    @rule(key=keys)
    def subscribe(self, key: Key) -> None:
        with scope.enter(scope.tenant_id(), guest_acts.GUEST):
            guest_acts.subscribe(self._place(key), language="it", at=self.now)
        self.model.agree(key)

    @rule(key=keys)
    def confirm(self, key: Key) -> None:
        before = key in self.model.agreed
        self.model.confirm(key, self.now)
        with scope.enter(scope.tenant_id(), guest_acts.GUEST):
            if before or key in self.model.agreed:
                guest_acts.confirm(self._place(key), language="it", at=self.now)
                return
            with pytest.raises(ConfirmationOver):
                guest_acts.confirm(self._place(key), language="it", at=self.now)

    @rule(address=st.sampled_from(ADDRESSES))
    def erase(self, address: str) -> None:
        erasing.erase([], [address])
        for number in VENUES:
            self.model.erase((number, address))

    @rule(number=st.sampled_from([0, 1]))
    def bin_and_back(self, number: int) -> None:
        contact = Contact.objects.get(pk=self.contacts[number].pk)
        contact_bin.delete(contact)
        contact_bin.restore(contact)

    @invariant()
    def the_gate_says_what_the_model_says(self) -> None:
        found = reading.of_addresses(ADDRESSES, venues=self.venues, now=self.now)
        for number, venue in enumerate(self.venues):
            for address in ADDRESSES:
                channel = self._place((number, address)).channel
                own = found.get(address, [])
                said = gate.is_open(Purpose.MARKETING, own, venue_id=venue.pk, channel=channel)
                assert said == self.model.is_marketable((number, address), self.now), (number, address)
                has_left = not gate.is_open(Purpose.SERVICE, own, venue_id=venue.pk, channel=channel)
                assert has_left == ((number, address) in self.model.left), (number, address)

    def _open_venues(self) -> list[Venue]:
        settings_of: dict[int, dict[str, object]] = {DOUBLE: {"double_opt_in": True}, CASL: {"consent_regime": "casl"}}
        return [
            venues.create(
                name=f"Venue {number}",
                country="FR",
                timezone="UTC",
                currency="EUR",
                **{"double_opt_in": False, "consent_regime": "gdpr", **settings_of.get(number, {})},
            )
            for number in VENUES
        ]

    def _place(self, key: Key) -> Place:
        number, address = key
        return Place(self.venues[number], ConsentChannel.EMAIL if "@" in address else ConsentChannel.SMS, address)

    def _happen(self, event: Event, key: Key) -> None:
        place = self._place(key)
        email, phone = place.carried
        happen(event, place.venue, by=GUEST, at=self.now, email=email, phone=phone)


@pytest.mark.parametrize(("runs", "steps"), [(6, 30), pytest.param(200, 100, marks=pytest.mark.nightly)])
def test_nobody_who_left_is_written_to_without_an_act_of_their_own(
    inside: personas.Place, runs: int, steps: int
) -> None:
    """20,000 steps in the nightly profile."""
    Years.place = inside
    run_state_machine_as_test(
        Years,
        settings=settings(
            max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
