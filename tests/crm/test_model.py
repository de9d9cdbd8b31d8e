"""Random evenings against a model of a hundred lines: contacts, keys, visits and statistics agree after every step.

Guests, staff, imports and the bin act in any order on a few people and two venues, one of which ends its day at five
(R-ID-2, R-ID-6, R-WRITE-1 to 6, R-VISIT-1 to 5, R-CRM-2).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bookings import editing as booking_editing
from bookings import lifecycle, linking, taking
from bookings.models import Booking, BookingKind, BookingStatus
from crm import bin as contact_bin
from crm import editing, intake
from crm.channel import Channel
from crm.guest_data import Guest, Intake
from crm.models import Contact, Visit
from staff import venues
from tenants.refusal import Refusal
from tests.crm import invariants
from tests.crm.model import NAMES, Model, Person, Refused, Table
from tests.personas import Place

NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
FIRST_STATUS = {"reservation": "confirmed", "walk_in": "arrived", "queue": "queued"}

emails = st.sampled_from(["", "anna@example.net", "bruno@example.net", "carla@example.net"])
phones = st.sampled_from(["", "+393331042217", "+393401112223"])
surnames = st.sampled_from(["", "Rossi", "Verdi"])
guests = st.fixed_dictionaries(
    {"email": emails, "phone": phones, "last_name": surnames, "city": st.sampled_from(["", "Roma"])}
)
ages = st.sampled_from([0, 0, 5, 50])
picks = st.integers(0, 99)
starts = st.tuples(st.integers(0, 2), st.sampled_from([3, 20]))


class Evening(RuleBasedStateMachine):
    place: ClassVar[Place]

    def __init__(self) -> None:
        super().__init__()
        self.model, self.clock = Model(), 0
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.venues = list(self.place.venues)
        self.venues[1].refresh_from_db()
        venues.update(self.venues[1], {"day_starts_at": datetime.time(5)})

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @rule(batch=st.lists(st.tuples(guests, ages), min_size=1, max_size=4), is_import=st.booleans())
    def receive(self, batch: list[tuple[Any, int]], is_import: bool) -> None:
        channel = Channel.IMPORT if is_import else Channel.FORM
        told = [self.model.receive(guest, self.clock - age, is_import=is_import) for guest, age in batch]
        intakes = [Intake(Guest(**guest), channel, self.venues[0], self._at(-age)) for guest, age in batch]
        receptions = self._do(lambda: intake.receive_many(intakes))
        for (person, sync), reception in zip(told, receptions, strict=True):
            self._same(person, reception.contact and reception.contact.pk)
            assert reception.crm_sync == sync

    @rule(guest=guests, venue=st.integers(0, 1), kind=st.sampled_from(list(FIRST_STATUS)), start=starts, pick=picks)
    def take(self, guest: Any, venue: int, kind: str, start: tuple[int, int], pick: int) -> None:
        active = self.model.active()
        chosen = active[pick % len(active)] if active and pick < 20 else None
        draft = taking.Draft(
            venue=self.venues[venue],
            kind=BookingKind(kind),
            channel=Channel.STAFF,
            party_size=2,
            starts_at=self._starts_at(venue, start),
            guest=Guest(**guest),
            snapshot=guest,
            contact=chosen.pk if chosen else None,
        )
        told = self._refusable(lambda: self.model.receive(guest, self.clock, chosen=chosen), lambda: taking.take(draft))
        if told:
            (person, sync), taken = told
            self._same(person, taken.booking.contact_id)
            assert taken.crm_sync == sync
            table = Table(
                venue, _day(venue, start), FIRST_STATUS[kind], guest, person, self.clock - 1, taken.booking.pk
            )
            self.model.tables.append(table)

    @precondition(lambda self: self.model.tables)
    @rule(pick=picks, status=st.sampled_from(list(BookingStatus)))
    def tap(self, pick: int, status: BookingStatus) -> None:
        table = self._table(pick)
        table.status = status.value
        self._do(lambda: lifecycle.set_status(_booking(table), status))

    @precondition(lambda self: self.model.tables)
    @rule(pick=picks, start=starts)
    def move(self, pick: int, start: tuple[int, int]) -> None:
        table = self._table(pick)
        table.day = _day(table.venue, start)
        self._do(lambda: booking_editing.edit(_booking(table), {"starts_at": self._starts_at(table.venue, start)}))

    @precondition(lambda self: self.model.tables)
    @rule(pick=picks, guest=guests)
    def correct(self, pick: int, guest: Any) -> None:
        table = self._table(pick)
        given: dict[str, Any] = {name: value for name, value in guest.items() if value}
        told = self._refusable(
            lambda: self.model.edit_table(table, given, self.clock),
            lambda: booking_editing.edit(_booking(table), {}, guest=Guest(**given), snapshot=given),
        )
        if told:
            self._same(table.person, told[1].booking.contact_id)
            assert told[1].crm_sync == told[0]

    @precondition(lambda self: self.model.tables)
    @rule(pick=picks, person=picks)
    def link(self, pick: int, person: int) -> None:
        table, known = self._table(pick), [None, *self.model.active()]
        table.person = known[person % len(known)]
        self._do(lambda: linking.link(_booking(table), table.person.pk if table.person else None))

    @precondition(lambda self: self.model.active())
    @rule(pick=picks, values=guests, names=st.sets(st.sampled_from(NAMES), min_size=1))
    def edit(self, pick: int, values: dict[str, str], names: set[str]) -> None:
        person, chosen = self._person(pick, is_active=True), {name: values[name] for name in names}
        self._refusable(
            lambda: self.model.edit(person, chosen, self.clock), lambda: editing.edit(_contact(person), chosen)
        )

    @precondition(lambda self: self.model.active())
    @rule(pick=picks)
    def delete(self, pick: int) -> None:
        person = self._person(pick, is_active=True)
        person.is_active = False
        self._do(lambda: contact_bin.delete(_contact(person)))

    @precondition(lambda self: len(self.model.active()) < len(self.model.people))
    @rule(pick=picks)
    def restore(self, pick: int) -> None:
        person = self._person(pick, is_active=False)
        self._refusable(lambda: self.model.restore(person), lambda: contact_bin.restore(_contact(person)))

    @invariant()
    def agree(self) -> None:
        stored = {
            one.pk: (one.is_active, {name: getattr(one, name) for name in NAMES}) for one in Contact.objects.all()
        }
        assert stored == {one.pk: (one.is_active, one.fields) for one in self.model.people}
        fields = ("pk", "status", "service_date", "contact_id")
        assert set(Booking.objects.values_list(*fields)) == {
            (one.pk, one.status, one.day, one.person and one.person.pk) for one in self.model.tables
        }
        days = {(who, self.venues[venue].pk, day) for who, venue, day in self.model.visits()}
        assert set(Visit.objects.values_list("contact_id", "venue_id", "local_date")) == days
        invariants.check_all()

    def _do(self, act: Callable[[], Any]) -> Any:
        with time_machine.travel(self._at(0), tick=False), transaction.atomic():
            done = act()
        self.clock += 1
        return done

    def _refusable(self, told: Callable[[], Any], act: Callable[[], Any]) -> tuple[Any, Any] | None:
        """Both do it, or both refuse it for the same reason."""
        code, answer = "", None
        try:
            answer = told()
        except Refused as refused:
            code = str(refused)
        if not code:
            return answer, self._do(act)
        with pytest.raises(Refusal) as real:
            self._do(act)
        assert real.value.code == code
        return None

    def _same(self, person: Person | None, pk: Any) -> None:
        if person is not None and person.pk is None:
            person.pk = pk
        assert (person and person.pk) == pk

    def _at(self, seconds: int) -> datetime.datetime:
        return NOON + datetime.timedelta(seconds=self.clock + seconds)

    def _starts_at(self, venue: int, start: tuple[int, int]) -> datetime.datetime:
        day, hour = start
        return datetime.datetime(2026, 11, 20 + day, hour, tzinfo=self.venues[venue].zone)

    def _table(self, pick: int) -> Table:
        return self.model.tables[pick % len(self.model.tables)]

    def _person(self, pick: int, *, is_active: bool) -> Person:
        people = [one for one in self.model.people if one.is_active == is_active]
        return people[pick % len(people)]


def _day(venue: int, start: tuple[int, int]) -> datetime.date:
    day, hour = start
    return datetime.date(2026, 11, 20 + day - (venue == 1 and hour < 5))


def _booking(table: Table) -> Booking:
    found: Booking = Booking.objects.get(pk=table.pk)
    return found


def _contact(person: Person) -> Contact:
    found: Contact = Contact.objects.get(pk=person.pk)
    return found


@pytest.mark.parametrize(("evenings", "steps"), [(6, 20), pytest.param(20, 100, marks=pytest.mark.nightly)])
def test_the_list_agrees_with_the_model_after_every_step(inside: Place, evenings: int, steps: int) -> None:
    Evening.place = inside
    run_state_machine_as_test(
        Evening,
        settings=settings(
            max_examples=evenings,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
