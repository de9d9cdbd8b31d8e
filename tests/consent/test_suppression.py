"""An unsubscription outlives its address: erased, imported, booked with again, it is unsubscribed (R-PRIV-1, R-CONSENT-2)."""

from __future__ import annotations

import datetime

import pytest

from consent import erasing, gate, reading, rebuilding, suppression, unsubscribing
from consent.gate import Purpose
from consent.models import ConsentEntry, ConsentStatus, ConsentSuppression, Source
from consent.status import ConsentChannel, ConsentIrreversible, Event, Status
from crm import bin as contact_bin
from crm.models import Contact
from tenants import venues
from tests.consent.people import EMAIL, NOON, PHONE, anna, happen, status_of

LATER = NOON + datetime.timedelta(days=9)
AFTER = LATER + datetime.timedelta(hours=2)
PAPER = unsubscribing.Evidence(source="card", date=datetime.date(2026, 11, 20), wording="Yes")


@pytest.fixture
def erased(centro, mare):
    """Anna unsubscribed from the e-mails of Centro, agreed to those of Mare, and was erased."""
    contact = anna(centro)
    happen(Event.UNSUBSCRIBED, centro, contact=contact, source=Source.PAGE)
    happen(Event.GUEST_BOOKED_TICKED, mare, contact=contact)
    erasing.erase([contact.pk])
    Contact.objects.filter(pk=contact.pk).update(email="", phone="", state="erased")
    contact.identifiers.all().delete()


def read(address: str = EMAIL) -> list[tuple[object, ...]]:
    found = reading.of_addresses([address], venues=venues.oldest_first(), now=LATER).get(address, [])
    return [(one.venue, one.status, one.source, one.changed_at, one.marketable) for one in found]


def may(venue, purpose: Purpose) -> bool:
    return gate.may_be_written_to(venue, ConsentChannel.EMAIL, EMAIL, holder=None, purpose=purpose, at=LATER)


def test_only_the_hash_of_what_was_unsubscribed_is_kept(erased, centro):
    [kept] = ConsentSuppression.objects.all()

    assert (kept.venue, kept.channel, kept.source, kept.since) == (centro, "email", "page", NOON)
    assert EMAIL not in repr(vars(kept))
    assert not ConsentStatus.objects.exists()


def test_the_address_is_read_as_unsubscribed_in_its_venue_alone(erased, centro, mare):
    assert read() == [(centro.pk, "unsubscribed", "page", NOON, False)]
    assert not may(centro, Purpose.SERVICE)
    assert may(mare, Purpose.SERVICE)
    assert not may(centro, Purpose.MARKETING)
    assert not may(mare, Purpose.MARKETING)


@pytest.mark.parametrize("event", [Event.OTHERS_BOOKED, Event.PURCHASED, Event.LISTED, Event.GUEST_BOOKED])
def test_who_comes_back_without_a_tick_stays_unsubscribed_and_the_ledger_says_why(erased, centro, event):
    contact = anna(centro)
    happen(event, centro, contact=contact, at=LATER)

    assert status_of(EMAIL, centro) == "unsubscribed"
    [entry] = ConsentEntry.objects.filter(address=EMAIL)
    assert (entry.event, entry.number, entry.at, entry.source) == ("unsubscribed", 1, NOON, "page")
    assert entry.evidence == {"kept": "suppression"}
    assert not ConsentSuppression.objects.exists()


def test_the_restaurant_cannot_lift_it(erased, centro):
    contact = anna(centro)
    with pytest.raises(ConsentIrreversible):
        unsubscribing.set_status(
            contact, Status.EXPLICIT, venue=centro, channel=ConsentChannel.EMAIL, evidence=PAPER, at=LATER
        )

    assert not may(centro, Purpose.MARKETING)


def test_the_guest_lifts_it_by_the_next_tick(erased, centro):
    happen(Event.GUEST_BOOKED_TICKED, centro, contact=anna(centro), at=LATER)

    assert may(centro, Purpose.MARKETING)
    entries = ConsentEntry.objects.filter(address=EMAIL).order_by("number")
    assert [(one.number, one.event, one.status) for one in entries] == [
        (1, "unsubscribed", "unsubscribed"),
        (2, "guest_booked_ticked", "explicit"),
    ]
    assert rebuilding.rebuild([EMAIL]) == []


def test_lifted_and_erased_again_it_is_not_brought_back(erased, centro):
    contact = anna(centro)
    happen(Event.GUEST_BOOKED_TICKED, centro, contact=contact, at=LATER)
    erasing.erase([contact.pk])

    assert read() == []


def test_unsubscribed_again_and_erased_again_it_is(erased, centro):
    contact = anna(centro)
    happen(Event.GUEST_BOOKED_TICKED, centro, contact=contact, at=LATER)
    happen(Event.UNSUBSCRIBED, centro, contact=contact, at=LATER)
    erasing.erase([contact.pk])

    assert read() == [(centro.pk, "unsubscribed", "booking", LATER, False)]


def test_an_unknown_address_is_suppressed_without_being_kept(centro):
    for _ in range(2):
        suppression.of_unknown([EMAIL], venue=centro, channel=ConsentChannel.EMAIL, source=Source.IMPORT, at=NOON)

    assert ConsentSuppression.objects.count() == 1
    assert read() == [(centro.pk, "unsubscribed", "import", NOON, False)]
    assert not ConsentEntry.objects.exists()


def test_a_second_no_of_an_unknown_address_counts_from_the_later_time(centro):
    """A box that was ticked between the two and is told late lifts neither."""
    for at, source in ((LATER, Source.PAGE), (NOON, Source.IMPORT)):
        suppression.of_unknown([EMAIL], venue=centro, channel=ConsentChannel.EMAIL, source=source, at=at)
    assert read() == [(centro.pk, "unsubscribed", "page", LATER, False)]
    suppression.of_unknown([EMAIL], venue=centro, channel=ConsentChannel.EMAIL, source=Source.PAGE, at=AFTER)

    happen(Event.GUEST_BOOKED_TICKED, centro, contact=anna(centro), at=LATER + datetime.timedelta(hours=1))

    assert read() == [(centro.pk, "unsubscribed", "page", AFTER, False)]


def test_what_is_kept_of_an_erased_address_is_the_latest_no(centro):
    contact = anna(centro)
    for at in (NOON, LATER):
        happen(Event.UNSUBSCRIBED, centro, contact=contact, at=at)
    erasing.erase([contact.pk])

    assert ConsentSuppression.objects.get().since == LATER


def test_another_tenant_reads_nothing_of_it(trattoria, bistro):
    for place in (trattoria, bistro):
        with place.enter():
            happen(Event.UNSUBSCRIBED, place.venue)
    with trattoria.enter():
        erasing.erase([], [EMAIL])
        assert [one[1] for one in read()] == ["unsubscribed"]
    with bistro.enter():
        assert ConsentEntry.objects.get().address == EMAIL
        ConsentStatus.objects.all().delete()
        assert read() == []


class TestTheLedger:
    """Its lines stay, and name nobody."""

    def test_addresses_give_way_to_their_hash_and_evidence_to_what_names_nobody(self, centro):
        contact = anna(centro)
        happen(
            Event.GUEST_BOOKED_TICKED,
            centro,
            contact=contact,
            source_id=contact.pk,
            evidence={"wording": "v1", "language": "it", "ip": "192.0.2.7", "user_agent": "Firefox", "source": "Anna"},
        )
        erasing.erase([contact.pk])

        [entry] = ConsentEntry.objects.all()
        assert entry.address.startswith("erased:")
        assert len(entry.address) == len("erased:") + 64
        assert (entry.contact, entry.source_id, entry.event) == (None, None, "guest_booked_ticked")
        assert entry.evidence == {"box": "ticked", "wording": "v1", "language": "it"}

    def test_words_that_staff_typed_go_as_well(self, centro):
        contact = anna(centro)
        unsubscribing.set_status(
            contact, Status.EXPLICIT, venue=centro, channel=ConsentChannel.EMAIL, evidence=PAPER, at=NOON
        )
        erasing.erase([contact.pk])

        assert ConsentEntry.objects.get().evidence == {}

    def test_former_addresses_go_with_the_present_ones(self, centro):
        contact = anna(centro)
        happen(Event.UNSUBSCRIBED, centro, email="old@example.net", contact=contact)
        erasing.erase([contact.pk])

        assert read("old@example.net") == [(centro.pk, "unsubscribed", "booking", NOON, False)]
        assert not ConsentEntry.objects.exclude(address__startswith="erased:").exists()

    def test_erased_twice_under_one_address_both_ledgers_stay(self, centro):
        for _ in range(2):
            contact = anna(centro)
            happen(Event.GUEST_BOOKED_TICKED, centro, contact=contact)
            happen(Event.GUEST_BOOKED_TICKED, centro, contact=contact)
            erasing.erase([contact.pk])
            contact.identifiers.all().delete()

        assert sorted(ConsentEntry.objects.values_list("number", flat=True)) == [1, 2, 3, 4]

    def test_a_phone_that_another_guest_shares_keeps_its_consent(self, centro):
        contact, bruno = anna(centro), anna(centro, email="bruno@example.net")
        happen(Event.GUEST_BOOKED_TICKED, centro, phone=PHONE, contact=contact, evidence={"ip": "192.0.2.7"})
        erasing.erase([contact.pk])

        assert bruno.phone == PHONE
        assert status_of(PHONE, centro) == "explicit"
        entry = ConsentEntry.objects.get(address=PHONE)
        assert (entry.contact, entry.evidence) == (None, {"box": "ticked"})

    def test_a_phone_that_a_guest_in_the_bin_shares_keeps_its_consent_for_when_that_guest_comes_back(self, centro):
        contact, bruno = anna(centro), anna(centro, email="bruno@example.net")
        happen(Event.GUEST_BOOKED_TICKED, centro, email=None, phone=PHONE, contact=bruno)
        contact_bin.delete(bruno)
        erasing.erase([contact.pk])

        contact_bin.restore(bruno)
        assert status_of(PHONE, centro) == "explicit"
