"""What a user of the app writes to a venue, anonymous ones too (R-CRM-8): kept in the communications of its contact."""

from __future__ import annotations

import datetime

from outreach import following, receiving
from outreach.models import Follower, Message
from tenants.models import Venue


def write(follower: Follower, venue: Venue, text: str, *, subject: str = "", at: datetime.datetime) -> Message:
    """Keep a message of the user to a venue, followed or not. Locks the follower and its contact."""
    follower = following.meet(follower, venue, at=at)
    return receiving.receive(follower.contact, venue=venue, text=text, subject=subject, at=at)
