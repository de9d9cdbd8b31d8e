"""Opposite events at the same moment, in real transactions, leave one consistent ledger (R-CONSENT-1, R-CONSENT-2)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from threading import Event as Signal

import pytest
from django.db import IntegrityError, connection

from consent import rebuilding, recording, suppression, unsubscribing
from consent.models import ConsentEntry, ConsentStatus, Source
from consent.recording import OptIn
from consent.status import ConsentChannel, Event, Status, step
from crm import identity, intake
from crm.channel import Channel
from crm.guest_data import Guest, Intake
from crm.models import Contact
from tenants import scope
from tests.consent.people import EMAIL, GUEST, NOON, PHONE, anna, happen, occurrence


@pytest.fixture
def venue(commits, trattoria):
    venue = trattoria.venue
    venue.double_opt_in = False
    return venue


def together(place, *works: Callable[[], object]) -> list[object]:
    """Each work in a thread and a transaction of its own, all let go at once; what each answered, or the error it met."""
    ready = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        try:
            with place.enter():
                ready.wait(timeout=10)
                return work()
        except IntegrityError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def ledger_of(place, address: str) -> list[ConsentEntry]:
    with place.enter():
        return list(ConsentEntry.objects.filter(address=address).order_by("number"))


def is_a_chain(entries: list[ConsentEntry]) -> bool:
    """Whether each entry is the table's answer to the one before it."""
    current = Status.NONE
    for number, entry in enumerate(entries, 1):
        taken = step(Event(entry.event), current)
        if entry.number != number or entry.status != taken.after:
            return False
        current = taken.after
    return True


@pytest.mark.parametrize("attempt", range(3))
def test_an_online_booking_and_staff_who_unsubscribe_at_once_follow_one_another(trattoria, venue, attempt):
    with trattoria.enter():
        contact = anna(venue)

    def book() -> object:
        with scope.enter(scope.tenant_id(), GUEST):
            reception = intake.receive(
                Intake(Guest(email=EMAIL, phone=PHONE), Channel.WEB, venue, NOON), suppression.STANDING
            )
            return recording.at_intake(
                source=Source.BOOKING,
                venue=venue,
                channel=Channel.WEB,
                reception=reception,
                opt_in=OptIn(email=True, sms=False),
                source_id=contact.pk,
                at=NOON,
            )

    def unsubscribe() -> object:
        return unsubscribing.unsubscribe(contact, venue=venue, channel=ConsentChannel.EMAIL, at=NOON)

    together(trattoria, book, unsubscribe)

    entries = ledger_of(trattoria, EMAIL)
    assert [entry.number for entry in entries] == [1, 2]
    assert {entry.event for entry in entries} == {"guest_booked_ticked", "unsubscribed"}
    with trattoria.enter():
        assert ConsentStatus.objects.get(address=EMAIL).status == entries[-1].status


def test_many_events_on_one_address_are_one_chain_and_the_status_is_its_end(trattoria, venue):
    acts = [Event.GUEST_BOOKED_TICKED, Event.UNSUBSCRIBED, Event.OTHERS_BOOKED, Event.UNSUBSCRIBED] * 2
    together(trattoria, *[lambda act=act: [happen(act, venue, phone=PHONE) for _ in range(5)] for act in acts])

    for address in (EMAIL, PHONE):
        entries = ledger_of(trattoria, address)
        assert is_a_chain(entries)
        with trattoria.enter():
            kept = ConsentStatus.objects.get(address=address)
            assert (kept.status, kept.number) == (entries[-1].status, len(entries))
            rebuilding.rebuild([address])
            assert ConsentStatus.objects.get(address=address).changed_at == kept.changed_at


def test_a_second_writer_waits_for_the_first_and_judges_what_it_left(trattoria, venue):
    is_written, is_seen = Signal(), Signal()

    def first() -> object:
        happen(Event.UNSUBSCRIBED, venue)
        is_written.set()
        # The other one waits for our lock, so that it cannot answer before we are done.
        return is_seen.wait(timeout=0.3)

    def second() -> object:
        is_written.wait(timeout=10)
        [outcome] = happen(Event.OTHERS_BOOKED, venue)
        is_seen.set()
        return outcome.after

    assert together(trattoria, first, second) == [False, Status.UNSUBSCRIBED]


def test_a_writer_who_took_no_lock_loses_rather_than_forking_the_ledger(trattoria, venue):
    both_have_read = Barrier(2)

    def unlocked(event: Event) -> None:
        one = occurrence(event, venue)
        batch = recording._Batch([one])
        batch.judge(one)
        both_have_read.wait(timeout=10)
        batch.write()

    answers = together(trattoria, lambda: unlocked(Event.UNSUBSCRIBED), lambda: unlocked(Event.OTHERS_BOOKED))

    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 1
    assert len(ledger_of(trattoria, EMAIL)) == 1


def test_two_batches_that_share_addresses_in_opposite_order_both_finish(trattoria, venue):
    addresses = [f"guest{number}@example.net" for number in range(200)]

    def batch(order: list[str]) -> object:
        identity.lock_keys(order)
        at = NOON + datetime.timedelta(days=1)
        return recording.record_many(
            [occurrence(Event.OTHERS_BOOKED, venue, email=address, at=at) for address in order]
        )

    together(trattoria, lambda: batch(addresses), lambda: batch(addresses[::-1]))

    with trattoria.enter():
        assert set(ConsentStatus.objects.values_list("status", "number")) == {("implied", 2)}
        assert ConsentEntry.objects.count() == 400
        assert not Contact.objects.exists()
