"""Whose consent may have changed since a moment: what was written later, whatever time it tells of (R-CONSENT-3)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from consent import changes, deliverability
from consent.status import ConsentChannel, Event
from tests.consent.people import EMAIL, PHONE, anna, happen

NOW = timezone.now()


@pytest.fixture
def centro(inside):
    return inside.venue


@pytest.mark.parametrize("ago", [datetime.timedelta(0), datetime.timedelta(days=30)])
def test_what_is_written_now_counts_however_old_the_event(centro, ago):
    happen(Event.UNSUBSCRIBED, centro, contact=anna(centro), at=NOW - ago)

    assert changes.addresses_since(NOW, venue=centro, channel=ConsentChannel.EMAIL) == {EMAIL}
    later = NOW + 2 * changes.MARGIN
    assert changes.addresses_since(later, venue=centro, channel=ConsentChannel.EMAIL) == set()


def test_another_venue_and_another_channel_do_not(centro, inside):
    happen(Event.GUEST_BOOKED_TICKED, centro, contact=anna(centro), phone=PHONE)

    assert changes.addresses_since(NOW, venue=inside.venues[1], channel=ConsentChannel.EMAIL) == set()
    assert changes.addresses_since(NOW, venue=centro, channel=ConsentChannel.SMS) == {PHONE}


def test_so_it_is_with_bounces(centro):
    deliverability.mark(EMAIL, ConsentChannel.EMAIL, at=NOW - datetime.timedelta(days=3))

    some = [EMAIL, "other@example.com"]
    assert changes.bounced_since(NOW, some, channel=ConsentChannel.EMAIL) == {EMAIL}
    assert changes.bounced_since(NOW, some, channel=ConsentChannel.SMS) == set()
    assert changes.bounced_since(NOW + 2 * changes.MARGIN, some, channel=ConsentChannel.EMAIL) == set()
