"""Inquiries of the contact form (R-ID-1): received by the channel `form`, and open until staff mark them as handled.

What the guest wrote stays out of the trail, which is never edited (R-PRIV-1).
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from audit import recording
from audit.actions import Action
from consent.models import Source
from crm.channel import Channel
from outreach import arrival
from outreach.arrival import Arrived, Sender, Way
from outreach.models import Inquiry
from tenants import scope

WAY = Way(Channel.FORM, Source.FORM, Action.INQUIRY_RECEIVED)


def receive(
    sender: Sender, *, message: str, subject: str = "", at: datetime.datetime | None = None
) -> Arrived[Inquiry]:
    """Take in an inquiry, received `at` (now by default)."""
    now = at or timezone.now()
    inquiry = Inquiry(
        venue=sender.venue, subject=subject, message=message, guest=sender.snapshot, received_at=now, updated_at=now
    )
    return arrival.receive(sender, inquiry, WAY, after={}, at=now)


def set_handled(inquiry: Inquiry, is_handled: bool, *, at: datetime.datetime | None = None) -> Inquiry:
    """Mark an inquiry as handled, or as open again. Who marked it first stays; the same again changes nothing."""
    inquiry = Inquiry.objects.select_related("venue").select_for_update(of=("self",), no_key=True).get(pk=inquiry.pk)
    if inquiry.is_handled == is_handled:
        return inquiry
    now = at or timezone.now()
    inquiry.handled_at = now if is_handled else None
    inquiry.handled_by = scope.actor().label if is_handled else ""
    inquiry.updated_at = now
    inquiry.save(update_fields=["handled_at", "handled_by", "updated_at"])
    recording.record(
        Action.INQUIRY_UPDATED,
        inquiry,
        before={"is_handled": not is_handled},
        after={"is_handled": is_handled},
        venue_id=inquiry.venue_id,
    )
    return inquiry
