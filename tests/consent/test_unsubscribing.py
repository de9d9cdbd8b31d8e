"""What staff and the API may do to a consent by hand (R-CONSENT-2), and that it is on the trail (R-PRIV-4)."""

from __future__ import annotations

import datetime

import pytest

from audit.models import AuditEntry
from consent import unsubscribing
from consent.models import ConsentEntry
from consent.status import ConsentChannel, ConsentIrreversible, Event, Status
from consent.unsubscribing import Evidence, EvidenceNeeded, NoAddress, StatusNotSettable
from tenants import scope
from tests.consent.people import EMAIL, GUEST, NOON, PHONE, anna, happen, status_of

PAPER = Evidence(source="card at the till", date=datetime.date(2026, 11, 20), wording="Yes to the newsletter")


def unsubscribe(contact, venue, channel=ConsentChannel.EMAIL):
    return unsubscribing.unsubscribe(contact, venue=venue, channel=channel, at=NOON)


def subscribe(contact, venue, evidence=PAPER, status=Status.EXPLICIT, channel=ConsentChannel.EMAIL):
    return unsubscribing.set_status(contact, status, venue=venue, channel=channel, evidence=evidence, at=NOON)


def test_staff_unsubscribe_one_channel_in_one_venue(centro, mare):
    contact = anna(centro)
    for venue in (centro, mare):
        happen(Event.OTHERS_BOOKED, venue, phone=PHONE, contact=contact)
    unsubscribe(contact, centro)

    assert status_of(EMAIL, centro) == "unsubscribed"
    assert status_of(PHONE, centro) == status_of(EMAIL, mare) == status_of(PHONE, mare) == "implied"


def test_unsubscribing_is_on_the_trail_and_a_second_time_in_the_ledger_alone(centro):
    contact = anna(centro)
    unsubscribe(contact, centro)
    unsubscribe(contact, centro)

    entry = AuditEntry.objects.get(action="consent_recorded")
    assert (entry.object_id, entry.venue_id) == (contact.pk, centro.pk)
    assert entry.before == {"channel": "email", "status": "none"}
    assert entry.after == {"channel": "email", "status": "unsubscribed"}
    assert list(ConsentEntry.objects.order_by("number").values_list("event", flat=True)) == ["unsubscribed"] * 2


def test_the_restaurant_cannot_undo_it(centro):
    contact = anna(centro)
    unsubscribe(contact, centro)

    with pytest.raises(ConsentIrreversible):
        subscribe(contact, centro)

    assert status_of(EMAIL, centro) == "unsubscribed"
    assert ConsentEntry.objects.count() == 1


def test_a_subscription_is_set_with_its_evidence(centro):
    subscribe(anna(centro), centro)

    entry = ConsentEntry.objects.get()
    assert (entry.status, entry.event, entry.source) == ("explicit", "subscribed_with_evidence", "staff")
    assert entry.evidence == {"source": "card at the till", "date": "2026-11-20", "wording": "Yes to the newsletter"}


@pytest.mark.parametrize(
    ("evidence", "field"),
    [
        (Evidence(date=PAPER.date, wording="Yes"), "evidence.source"),
        (Evidence(source="  ", date=PAPER.date, wording="Yes"), "evidence.source"),
        (Evidence(source="card", wording="Yes"), "evidence.date"),
        (Evidence(source="card", date=PAPER.date), "evidence.wording"),
        (Evidence(source="card", date=datetime.date(2026, 11, 23), wording="Yes"), "evidence.date"),
    ],
)
def test_a_subscription_without_evidence_is_refused(centro, evidence, field):
    with pytest.raises(EvidenceNeeded) as refusal:
        subscribe(anna(centro), centro, evidence)

    assert refusal.value.field == field
    assert not ConsentEntry.objects.exists()


def test_unsubscribing_by_status_needs_no_evidence(centro):
    subscribe(anna(centro), centro, Evidence(), Status.UNSUBSCRIBED)

    assert status_of(EMAIL, centro) == "unsubscribed"


@pytest.mark.parametrize("status", [Status.NONE, Status.IMPLIED])
def test_no_other_status_can_be_set(centro, status):
    with pytest.raises(StatusNotSettable):
        subscribe(anna(centro), centro, PAPER, status)


def test_a_channel_without_address_is_refused(centro):
    with pytest.raises(NoAddress):
        unsubscribe(anna(centro, phone=""), centro, ConsentChannel.SMS)


def test_who_may_not_edit_contacts_sets_no_consent(centro):
    contact = anna(centro)
    with scope.enter(scope.tenant_id(), GUEST), pytest.raises(scope.PermissionMissing):
        unsubscribe(contact, centro)

    assert not ConsentEntry.objects.exists()
