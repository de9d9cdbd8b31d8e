"""Which row of R-CONSENT-2 an intake is: channel, who made the request, box."""

from __future__ import annotations

import pytest

from consent.events import event_of
from consent.status import Event
from crm.channel import Channel

# channel: the guest's act with the box ticked; unticked or not asked; made by others
ROWS = {
    "web": ("guest_booked_ticked", "guest_booked", "others_booked"),
    "queue": ("guest_booked_ticked", "guest_booked", "others_booked"),
    "order_web": ("guest_booked_ticked", "guest_booked", "others_booked"),
    "self_order": ("guest_booked_ticked", "guest_booked", "others_booked"),
    "phone": ("others_booked", "others_booked", "others_booked"),
    "staff": ("others_booked", "others_booked", "others_booked"),
    "google": ("others_booked", "others_booked", "others_booked"),
    "third_party": ("others_booked", "others_booked", "others_booked"),
    "walk_in": ("others_booked", "others_booked", "others_booked"),
    "order_phone": ("others_booked", "others_booked", "others_booked"),
    "pos": ("purchased", "purchased", "purchased"),
    "form": ("inquired_ticked", "inquired", "inquired"),
    "wifi": ("signed_up_ticked", "signed_up", "signed_up"),
    "promotion": ("signed_up_ticked", "signed_up", "signed_up"),
    "follow": ("signed_up_ticked", "signed_up", "signed_up"),
    "import": ("listed", "listed", "listed"),
    "manual": ("listed", "listed", "listed"),
    "api": ("guest_booked_ticked", "guest_booked", "others_booked"),
}


def test_the_rows_know_every_channel():
    assert set(ROWS) == set(Channel)


@pytest.mark.parametrize("channel", Channel)
def test_the_event_of_a_channel(channel):
    ticked, unticked, by_others = ROWS[channel]

    assert event_of(channel, True, is_guest_act=True) == Event(ticked)
    assert event_of(channel, False, is_guest_act=True) == Event(unticked)
    assert event_of(channel, None, is_guest_act=True) == Event(unticked)
    for box in (True, False, None):
        assert event_of(channel, box, is_guest_act=False) == Event(by_others)
