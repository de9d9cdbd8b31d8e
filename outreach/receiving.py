"""What guests write to us: a message that came in, kept in the communications of its contact (R-CRM-3, R-CRM-8)."""

from __future__ import annotations

import datetime

from audit import recording
from audit.actions import Action
from crm.models import Contact
from outreach.models import Direction, Message, MessageChannel, MessageKind, MessageStatus
from tenants.models import Venue


def receive(
    contact: Contact,
    *,
    venue: Venue,
    text: str,
    subject: str = "",
    at: datetime.datetime,
    channel: MessageChannel = MessageChannel.APP,
) -> Message:
    """Keep what `contact` wrote to `venue`. The caller has locked the contact."""
    message = Message(
        contact=contact,
        venue=venue,
        direction=Direction.IN,
        channel=channel,
        kind=MessageKind.FREE,
        status=MessageStatus.RECEIVED,
        subject=subject,
        text=text,
        at=at,
        sent_on=venue.local_day(at),
    )
    message.save(force_insert=True)
    recording.record(
        Action.MESSAGE_RECEIVED, message, after={"contact": contact.pk, "channel": channel}, venue_id=venue.pk
    )
    return message
