"""Which row of R-CONSENT-2 an intake is: by its channel, the guest's box, and who made the request.

Only a request made by an actor that holds `guest_action` counts as the guest's act; a web booking sent by anybody else is
one that others made. A Google or other third-party booking is never the guest's act, whatever box it carries.
"""

from __future__ import annotations

from consent.status import TICKED, Event
from crm.channel import Channel

BY_CHANNEL: dict[Channel, Event] = {
    Channel.WEB: Event.GUEST_BOOKED,
    Channel.QUEUE: Event.GUEST_BOOKED,
    Channel.ORDER_WEB: Event.GUEST_BOOKED,
    Channel.SELF_ORDER: Event.GUEST_BOOKED,
    Channel.PHONE: Event.OTHERS_BOOKED,
    Channel.STAFF: Event.OTHERS_BOOKED,
    Channel.GOOGLE: Event.OTHERS_BOOKED,
    Channel.THIRD_PARTY: Event.OTHERS_BOOKED,
    Channel.WALK_IN: Event.OTHERS_BOOKED,
    Channel.ORDER_PHONE: Event.OTHERS_BOOKED,
    Channel.POS: Event.PURCHASED,
    Channel.FORM: Event.INQUIRED,
    Channel.WIFI: Event.SIGNED_UP,
    Channel.PROMOTION: Event.SIGNED_UP,
    Channel.FOLLOW: Event.SIGNED_UP,
    Channel.IMPORT: Event.LISTED,
    Channel.MANUAL: Event.LISTED,
    # A booking or an order of a key that names no channel: the guest's act only where the key may speak for the guest.
    Channel.API: Event.GUEST_BOOKED,
}


def event_of(channel: Channel, box: bool | None, *, is_guest_act: bool) -> Event:
    """The event of an intake. `box`: True ticked, False left unticked, None not asked, which counts as not ticked."""
    event = BY_CHANNEL[channel]
    if is_guest_act:
        return with_box(event, box)
    return Event.OTHERS_BOOKED if event == Event.GUEST_BOOKED else event


def with_box(event: Event, box: bool | None) -> Event:
    """The event as the box says; one that knows no box stays what it is."""
    return TICKED.get(event, event) if box else event
