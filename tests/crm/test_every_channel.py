"""Every channel at once against a small model: visits, their sources and all statistics agree after every step.

Bookings, orders, WiFi logins and receipts of a few guests, over venues from Honolulu to Kiritimati whose days begin at
midnight or at four; their statuses, refunds, voids, re-assignments and the bin, in any order (R-VISIT-1 to 5, R-CRM-2,
R-ORDER-4, R-WRITE-4, R-WRITE-6).
"""

from __future__ import annotations

import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bookings import lifecycle, linking, taking
from bookings.models import Booking, BookingKind, BookingStatus
from crm import bin as contact_bin
from crm import rebuilding
from crm.channel import Channel
from crm.guest_data import EmailInUse, Guest
from crm.models import Contact, ContactStats, Visit
from orders import fulfilment, receipt_linking, receiving, refunding, voiding
from orders import linking as order_linking
from orders import taking as order_taking
from orders.models import Order, OrderKind, OrderStatus, Receipt
from orders.totals import Amounts, Item
from staff import venues
from tests import personas
from tests.crm.every_channel import Happening, Model, Place
from wifi import connecting
from wifi.models import WifiSession

PLACES = [
    Place("Europe/Rome", 0, "EUR"),
    Place("Europe/Rome", 4, "EUR"),
    Place("Pacific/Honolulu", 0, "USD"),
    Place("Pacific/Kiritimati", 4, "USD"),
]
# Around midnight and four o'clock in each zone, and on both nights of the clock change.
INSTANTS = [
    datetime.datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(zone))
    for month, day in ((3, 29), (10, 25), (7, 1))
    for hour, minute in ((23, 59), (0, 0), (2, 30), (3, 59), (4, 0))
    for zone in ("Europe/Rome", "Pacific/Honolulu", "Pacific/Kiritimati")
]
MODELS = {"booking": Booking, "order": Order, "wifi": WifiSession, "receipt": Receipt}
LINKS: dict[str, Any] = {"booking": linking.link, "order": order_linking.link, "receipt": receipt_linking.link}

emails = st.sampled_from(["", "anna@example.net", "bruno@example.net"])
instants, numbers, picks = st.sampled_from(INSTANTS), st.integers(0, len(PLACES) - 1), st.integers(0, 99)
statuses = st.sampled_from([one for one in OrderStatus if one is not OrderStatus.REFUNDED])


class Months(RuleBasedStateMachine):
    place: ClassVar[personas.Place]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.venues = [
            venues.create(
                name=f"Venue {number}",
                country="IT",
                timezone=one.zone,
                currency=one.currency,
                day_starts_at=datetime.time(one.border),
            )
            for number, one in enumerate(PLACES)
        ]

    def teardown(self) -> None:
        ids = sorted(guest.pk for guest in self.model.guests)
        assert not ids or rebuilding._rebuild(ids).differences == []
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @rule(email=emails, number=numbers, at=instants)
    def book(self, email: str, number: int, at: datetime.datetime) -> None:
        draft = taking.Draft(self.venues[number], BookingKind.RESERVATION, Channel.WEB, 2, at, Guest(email=email))
        self._happened("booking", number, at, email, taking.take(draft).booking, status="confirmed")

    @rule(email=emails, number=numbers, at=instants, total=st.integers(0, 5000))
    def order(self, email: str, number: int, at: datetime.datetime, total: int) -> None:
        amounts = Amounts((Item("Pizza", 1, total),), total)
        draft = order_taking.Draft(
            self.venues[number],
            OrderKind.TAKEAWAY,
            Channel.ORDER_PHONE,
            amounts,
            PLACES[number].currency,
            at,
            Guest(email=email),
        )
        self._happened("order", number, at, email, order_taking.take(draft).order, status="new", total=total)

    @rule(email=emails, number=numbers, at=instants)
    def connect(self, email: str, number: int, at: datetime.datetime) -> None:
        login = connecting.Login(self.venues[number], at, Guest(email=email))
        self._happened("wifi", number, at, email, connecting.connect(login).session)

    @rule(email=emails, number=numbers, at=instants, total=st.integers(1, 5000))
    def pay(self, email: str, number: int, at: datetime.datetime, total: int) -> None:
        draft = receiving.Draft(
            self.venues[number], at, total, total, PLACES[number].currency, guest=Guest(email=email)
        )
        self._happened("receipt", number, at, email, receiving.receive(draft).receipt, total=total)

    @precondition(lambda self: self._of("order"))
    @rule(pick=picks, email=emails, total=st.integers(1, 5000))
    def pay_for_an_order(self, pick: int, email: str, total: int) -> None:
        """The till's receipt of an order is the same purchase; it is the order's guest's, unless it names another."""
        order = self._one("order", pick)
        number = PLACES.index(order.place)
        draft = receiving.Draft(
            self.venues[number],
            order.at,
            total,
            total,
            order.place.currency,
            order=order.pk,
            guest=Guest(email=email),
        )
        receipt = receiving.receive(draft).receipt
        if email:
            self._happened("receipt", number, order.at, email, receipt, total=total, order=order)
            return
        guest = order.guest if order.guest and order.guest.is_active else None
        self.model.happenings.append(
            Happening("receipt", order.place, order.at, guest, total=total, order=order, pk=receipt.pk)
        )

    @precondition(lambda self: self._of("booking"))
    @rule(pick=picks, status=st.sampled_from(list(BookingStatus)))
    def tap_a_booking(self, pick: int, status: BookingStatus) -> None:
        booking = self._one("booking", pick)
        booking.status = status.value
        lifecycle.set_status(_row(booking), status)

    @precondition(lambda self: self._of("order"))
    @rule(pick=picks, status=statuses, at=instants)
    def tap_an_order(self, pick: int, status: OrderStatus, at: datetime.datetime) -> None:
        order = self._one("order", pick)
        if order.status != status:
            order.at = at
        order.status = status.value
        fulfilment.set_status(_row(order), status, at=at)

    @precondition(lambda self: any(one.refunded < one.total for one in self._of("order")))
    @rule(pick=picks, is_half=st.booleans())
    def refund(self, pick: int, is_half: bool) -> None:
        refundable = [one for one in self._of("order") if one.refunded < one.total]
        order = refundable[pick % len(refundable)]
        left = order.total - order.refunded
        amount = max(1, left // 2) if is_half else left
        order.refunded += amount
        if order.refunded == order.total:
            order.status = "refunded"
        refunding.refund(_row(order), amount)

    @precondition(lambda self: self._of("receipt"))
    @rule(pick=picks)
    def void(self, pick: int) -> None:
        receipt = self._one("receipt", pick)
        receipt.is_voided = True
        voiding.void(_row(receipt), at=datetime.datetime.now(datetime.UTC))

    @precondition(lambda self: any(one.kind in LINKS for one in self.model.happenings))
    @rule(pick=picks, person=picks)
    def link(self, pick: int, person: int) -> None:
        linked = [one for one in self.model.happenings if one.kind in LINKS]
        happening, active = linked[pick % len(linked)], [None, *(one for one in self.model.guests if one.is_active)]
        happening.guest = active[person % len(active)]
        LINKS[happening.kind](_row(happening), happening.guest and happening.guest.pk)

    @precondition(lambda self: any(one.is_active for one in self.model.guests))
    @rule(pick=picks)
    def delete(self, pick: int) -> None:
        active = [one for one in self.model.guests if one.is_active]
        guest = active[pick % len(active)]
        guest.is_active = False
        contact_bin.delete(Contact.objects.get(pk=guest.pk))

    @precondition(lambda self: not all(one.is_active for one in self.model.guests))
    @rule(pick=picks)
    def restore(self, pick: int) -> None:
        binned = [one for one in self.model.guests if not one.is_active]
        guest = binned[pick % len(binned)]
        contact = Contact.objects.get(pk=guest.pk)
        if any(one.is_active and one.email == guest.email for one in self.model.guests):
            with pytest.raises(EmailInUse), transaction.atomic():
                contact_bin.restore(contact)
            return
        guest.is_active = True
        contact_bin.restore(contact)

    @invariant()
    def visits_agree(self) -> None:
        numbers = {venue.pk: PLACES[number] for number, venue in enumerate(self.venues)}
        stored: dict[Any, dict[Any, Any]] = {guest.pk: {} for guest in self.model.guests}
        for visit in Visit.objects.prefetch_related("sources"):
            sources = {(source.kind, source.source_id) for source in visit.sources.all()}
            stored[visit.contact_id][numbers[visit.venue_id], visit.local_date] = sources
        assert stored == {guest.pk: self.model.visits(guest) for guest in self.model.guests}

    @invariant()
    def statistics_agree(self) -> None:
        for guest in self.model.guests:
            told = self.model.figures(guest)
            stats = ContactStats.objects.values(*told).get(contact=guest.pk)
            assert stats == told

    def _happened(self, kind: str, number: int, at: datetime.datetime, email: str, row: Any, **own: Any) -> None:
        guest = self.model.who(email)
        if guest is not None and guest.pk is None:
            guest.pk = row.contact_id
        assert row.contact_id == (guest and guest.pk)
        self.model.happenings.append(Happening(kind, PLACES[number], at, guest, pk=row.pk, **own))

    def _of(self, kind: str) -> list[Happening]:
        return [one for one in self.model.happenings if one.kind == kind]

    def _one(self, kind: str, pick: int) -> Happening:
        own = self._of(kind)
        return own[pick % len(own)]


def _row(happening: Happening) -> Any:
    return MODELS[happening.kind].objects.get(pk=happening.pk)


@pytest.mark.parametrize(("runs", "steps"), [(4, 20), pytest.param(50, 100, marks=pytest.mark.nightly)])
def test_visits_and_statistics_agree_with_the_model_after_every_step(
    inside: personas.Place, runs: int, steps: int
) -> None:
    """5,000 steps in the nightly profile."""
    Months.place = inside
    run_state_machine_as_test(
        Months,
        settings=settings(
            max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
