"""The ledger of consent: what is kept, for which channel, address and venue (R-CONSENT-1, R-CONSENT-2, R-CONSENT-3)."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from consent import guest_acts, recording, suppression
from consent.models import ConsentEntry, ConsentStatus, Source
from consent.recording import OptIn
from consent.status import ConsentChannel, ConsentIrreversible, Event
from crm import intake
from crm.channel import Channel
from crm.guest_data import Guest, Intake
from tenants import scope
from tenants.permissions import Role
from tests.consent.people import EMAIL, GUEST, NOON, PHONE, anna, happen, occurrence, status_of

LATER = NOON + datetime.timedelta(days=3)


def test_a_box_ticked_on_one_channel_makes_only_that_one_explicit(centro):
    opt_in = OptIn(email=True, sms=False, wording="News and offers, at most monthly", language="it")
    happen(Event.GUEST_BOOKED, centro, phone=PHONE, opt_in=opt_in)

    assert status_of(EMAIL, centro) == "explicit"
    assert status_of(PHONE, centro) == "implied"
    by_email = ConsentEntry.objects.get(channel="email")
    assert by_email.event == "guest_booked_ticked"
    assert by_email.evidence == {"box": "ticked", "wording": "News and offers, at most monthly", "language": "it"}
    by_sms = ConsentEntry.objects.get(channel="sms")
    assert by_sms.event == "guest_booked"
    assert by_sms.evidence["box"] == "unticked"


def test_an_event_touches_only_the_channels_whose_address_it_carries(centro):
    happen(Event.GUEST_BOOKED_TICKED, centro, email=None, phone=PHONE)

    assert list(ConsentStatus.objects.values_list("channel", "address")) == [("sms", PHONE)]


def test_without_an_address_nothing_is_recorded_and_nothing_asked(centro):
    with CaptureQueriesContext(connection) as queries:
        assert recording.record(occurrence(Event.OTHERS_BOOKED, centro, email=None)) == []

    assert len(queries) == 0


def test_an_absent_box_counts_as_not_ticked_and_is_kept_as_not_asked(centro):
    happen(Event.GUEST_BOOKED, centro)

    entry = ConsentEntry.objects.get()
    assert entry.status == "implied"
    assert entry.evidence == {"box": "not_asked"}


def test_the_ledger_says_who_when_and_by_what(centro):
    contact = anna(centro)
    booking = contact.pk
    happen(Event.OTHERS_BOOKED, centro, contact=contact, source_id=booking, by=scope.actor())

    entry = ConsentEntry.objects.get()
    assert (entry.contact_id, entry.source, entry.source_id) == (contact.pk, "booking", booking)
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("user", scope.actor().id, "Owner")
    assert (entry.at, entry.number) == (NOON, 1)


def test_what_changes_nothing_leaves_no_entry(centro):
    happen(Event.GUEST_BOOKED_TICKED, centro)
    [outcome] = happen(Event.OTHERS_BOOKED, centro, at=LATER)

    assert not outcome.is_changed
    assert ConsentEntry.objects.count() == 1


def test_an_implied_consent_is_renewed_but_keeps_the_day_it_was_given(centro):
    happen(Event.OTHERS_BOOKED, centro)
    happen(Event.OTHERS_BOOKED, centro, at=LATER, source=Source.RECEIPT)

    row = ConsentStatus.objects.get()
    assert (row.status, row.changed_at, row.source, row.number) == ("implied", NOON, "booking", 2)


def test_a_guest_who_unsubscribed_comes_back_at_the_next_online_booking_only(centro):
    happen(Event.UNSUBSCRIBED, centro)
    happen(Event.OTHERS_BOOKED, centro)
    assert status_of(EMAIL, centro) == "unsubscribed"

    happen(Event.GUEST_BOOKED_TICKED, centro)
    assert status_of(EMAIL, centro) == "explicit"


def test_evidence_never_lifts_an_unsubscription_and_nothing_is_written(centro):
    happen(Event.UNSUBSCRIBED, centro, phone=None)

    with pytest.raises(ConsentIrreversible) as refusal:
        happen(Event.SUBSCRIBED_WITH_EVIDENCE, centro, phone=PHONE)

    assert (refusal.value.status, refusal.value.code) == (403, "consent_irreversible")
    assert list(ConsentEntry.objects.values_list("address", "event")) == [(EMAIL, "unsubscribed")]


@pytest.mark.parametrize("event", ["guest_booked_ticked", "signed_up_ticked", "inquired_ticked", "guest_confirmed"])
def test_nobody_acts_for_the_guest_without_the_permission(centro, inside, event):
    with pytest.raises(scope.PermissionMissing) as refusal:
        happen(Event(event), centro, by=inside.actor(Role.OWNER))

    assert refusal.value.extra == {"permission": "guest_action"}
    assert not ConsentEntry.objects.exists()


def test_what_staff_say_of_a_box_is_refused(centro):
    with pytest.raises(scope.PermissionMissing):
        _book(centro, Channel.STAFF, OptIn(email=True))

    assert not ConsentEntry.objects.exists()


@pytest.mark.parametrize(
    ("channel", "box", "expected"),
    [
        (Channel.WEB, True, "explicit"),
        (Channel.WEB, False, "implied"),
        (Channel.WEB, None, "implied"),
        (Channel.THIRD_PARTY, True, "implied"),
        (Channel.GOOGLE, True, "implied"),
        (Channel.PHONE, None, "implied"),
        (Channel.WALK_IN, None, "implied"),
    ],
)
def test_a_booking_by_its_channel_and_box(centro, channel, box, expected):
    with scope.enter(scope.tenant_id(), GUEST):
        _book(centro, channel, OptIn(email=box))

    assert status_of(EMAIL, centro) == expected


def test_double_opt_in_waits_for_the_confirmation_and_counts_as_unticked_until_then(centro):
    centro.double_opt_in = True
    happen(Event.GUEST_BOOKED, centro, opt_in=OptIn(email=True))

    row = ConsentStatus.objects.get()
    assert (row.status, row.pending_since) == ("implied", NOON)

    happen(Event.OTHERS_BOOKED, centro, at=LATER)
    assert ConsentStatus.objects.get().pending_since == NOON

    happen(Event.GUEST_CONFIRMED, centro, at=LATER)
    row = ConsentStatus.objects.get()
    assert (row.status, row.pending_since, row.changed_at) == ("explicit", None, LATER)


def test_a_sign_up_of_who_unsubscribed_stays_unsubscribed_until_confirmed(centro):
    happen(Event.UNSUBSCRIBED, centro)
    happen(Event.SIGNED_UP, centro, opt_in=OptIn(email=True), source=Source.WIFI)

    row = ConsentStatus.objects.get()
    assert (row.status, row.pending_since) == ("unsubscribed", NOON)


def test_unsubscribing_ends_the_wait_for_a_confirmation(centro):
    happen(Event.UNSUBSCRIBED, centro)
    happen(Event.SIGNED_UP_TICKED, centro, source=Source.WIFI)
    happen(Event.UNSUBSCRIBED, centro, at=LATER)

    row = ConsentStatus.objects.get()
    assert (row.status, row.pending_since, row.changed_at) == ("unsubscribed", None, LATER)
    assert ConsentEntry.objects.count() == 3


def test_another_venue_is_not_touched(centro, mare):
    happen(Event.GUEST_BOOKED_TICKED, centro)
    happen(Event.GUEST_BOOKED_TICKED, mare)
    happen(Event.UNSUBSCRIBED, centro)

    assert status_of(EMAIL, centro) == "unsubscribed"
    assert status_of(EMAIL, mare) == "explicit"


def test_a_new_address_starts_afresh(centro):
    contact = anna(centro)
    happen(Event.UNSUBSCRIBED, centro, contact=contact)
    happen(Event.OTHERS_BOOKED, centro, contact=contact, email="anna.rossi@example.net")

    assert status_of(EMAIL, centro) == "unsubscribed"
    assert status_of("anna.rossi@example.net", centro) == "implied"


def test_another_tenant_knows_nothing_of_it(trattoria, bistro):
    with trattoria.enter():
        happen(Event.UNSUBSCRIBED, trattoria.venue)
    with bistro.enter():
        assert not ConsentEntry.objects.exists()
        happen(Event.GUEST_BOOKED_TICKED, bistro.venue)
        assert status_of(EMAIL, bistro.venue) == "explicit"
    with trattoria.enter():
        assert status_of(EMAIL, trattoria.venue) == "unsubscribed"


@pytest.mark.parametrize("attempt", ["new", "renewed"])
def test_both_channels_cost_at_most_three_queries(centro, attempt):
    if attempt == "renewed":
        happen(Event.OTHERS_BOOKED, centro, phone=PHONE)
    one = occurrence(Event.OTHERS_BOOKED, centro, phone=PHONE)
    with CaptureQueriesContext(connection) as queries:
        recording.record(one)

    assert 2 <= len(queries) <= 3


def test_a_batch_folds_in_its_order_and_tells_what_it_kept(centro):
    outcomes = recording.record_many(
        [
            occurrence(Event.OTHERS_BOOKED, centro),
            occurrence(Event.UNSUBSCRIBED, centro, source=Source.IMPORT),
            occurrence(Event.SUBSCRIBED_WITH_EVIDENCE, centro, source=Source.IMPORT),
            occurrence(Event.SUBSCRIBED_WITH_EVIDENCE, centro, source=Source.IMPORT, email="bruno@example.net"),
        ]
    )

    told = [(one.before, one.after, one.is_changed, one.is_refused) for [one] in outcomes]
    assert told == [
        ("none", "implied", True, False),
        ("implied", "unsubscribed", True, False),
        ("unsubscribed", "unsubscribed", False, True),
        ("none", "explicit", True, False),
    ]
    assert list(ConsentEntry.objects.filter(address=EMAIL).order_by("number").values_list("number", "status")) == [
        (1, "implied"),
        (2, "unsubscribed"),
    ]
    assert status_of("bruno@example.net", centro) == "explicit"


def test_two_thousand_rows_cost_a_handful_of_queries(centro):
    rows = [
        occurrence(Event.OTHERS_BOOKED, centro, email=f"guest{number}@example.net", phone=f"+39333{number:07}")
        for number in range(2000)
    ]
    with CaptureQueriesContext(connection) as queries:
        recording.record_many(rows)

    assert len(queries) <= 5
    assert ConsentEntry.objects.count() == ConsentStatus.objects.count() == 4000


@pytest.mark.parametrize(
    "verb", ["UPDATE consent_consententry SET status = 'explicit'", "DELETE FROM consent_consententry"]
)
def test_the_database_lets_nobody_edit_the_ledger(centro, verb):
    happen(Event.UNSUBSCRIBED, centro)

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb)
    assert status_of(EMAIL, centro) == "unsubscribed"


def test_two_entries_of_one_number_cannot_both_stand(centro):
    happen(Event.OTHERS_BOOKED, centro)
    twin = _columns(ConsentEntry.objects.get()) | {"status": "explicit"}

    with pytest.raises(IntegrityError, match="one_consent_entry_per_number"), transaction.atomic():
        ConsentEntry(**twin).save(force_insert=True)


def _columns(entry: ConsentEntry) -> dict:
    return {field.attname: getattr(entry, field.attname) for field in entry._meta.concrete_fields if field.name != "id"}


def _book(venue, channel, opt_in):
    recording.at_intake(
        source=Source.BOOKING,
        venue=venue,
        channel=channel,
        reception=intake.receive(Intake(Guest(email=EMAIL), channel, venue, NOON), suppression.STANDING),
        opt_in=opt_in,
        source_id=venue.pk,
        at=NOON,
    )


def test_a_box_ticked_before_the_guest_left_brings_nobody_back(centro):
    """An order that a web shop delivers late (R-CONSENT-2: the next online booking does)."""
    early, late = NOON - datetime.timedelta(hours=1), NOON + datetime.timedelta(hours=1)
    happen(Event.UNSUBSCRIBED, centro, at=NOON)

    happen(Event.GUEST_BOOKED_TICKED, centro, at=early)
    assert status_of(EMAIL, centro) == "unsubscribed"

    happen(Event.GUEST_BOOKED_TICKED, centro, at=late)
    assert status_of(EMAIL, centro) == "explicit"


@pytest.mark.parametrize("nos", [(0, 3), (3, 0)], ids=["told in their order", "the earlier one told late"])
def test_a_box_ticked_between_two_noes_brings_nobody_back_by_being_told_late(centro, nos):
    """The latest "no" stands, and both are in the ledger."""
    centro.double_opt_in = False
    for hours in nos:
        happen(Event.UNSUBSCRIBED, centro, at=_hours(hours), source=Source.PAGE)

    happen(Event.GUEST_BOOKED, centro, at=_hours(2), opt_in=OptIn(email=True))

    row = ConsentStatus.objects.get()
    assert (row.status, row.changed_at, row.source, row.number) == ("unsubscribed", _hours(3), "page", 2)
    assert list(ConsentEntry.objects.order_by("number").values_list("at", flat=True)) == [_hours(one) for one in nos]

    happen(Event.GUEST_BOOKED, centro, at=_hours(4), opt_in=OptIn(email=True))
    assert status_of(EMAIL, centro) == "explicit"


def test_a_tick_told_late_leaves_the_link_of_a_later_one_open(centro):
    """A shop that delivers an order days later: the guest has a link by which they can confirm."""
    centro.double_opt_in = True
    happen(Event.SIGNED_UP, centro, at=NOON, opt_in=OptIn(email=True))
    happen(Event.GUEST_BOOKED, centro, at=_hours(-96), opt_in=OptIn(email=True))
    assert ConsentStatus.objects.get().pending_since == NOON

    with scope.enter(scope.tenant_id(), guest_acts.GUEST):
        guest_acts.confirm(guest_acts.Place(centro, ConsentChannel.EMAIL, EMAIL), language="it", at=_hours(1))
    assert status_of(EMAIL, centro) == "explicit"


def _hours(number: int) -> datetime.datetime:
    return NOON + datetime.timedelta(hours=number)
