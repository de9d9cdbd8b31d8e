"""Signing up to a promotion (R-ID-1): the guest into the list by the channel `promotion`, with the name of the promotion."""

from __future__ import annotations

import datetime

from django.utils import timezone

from audit.actions import Action
from consent.models import Source
from crm.channel import Channel
from outreach import arrival
from outreach.arrival import Arrived, Sender, Way
from outreach.models import PromotionSignup

WAY = Way(Channel.PROMOTION, Source.PROMOTION, Action.PROMOTION_SIGNED_UP)


def sign_up(sender: Sender, *, promotion: str, at: datetime.datetime | None = None) -> Arrived[PromotionSignup]:
    """Sign a guest up `at` (now by default)."""
    now = at or timezone.now()
    signup = PromotionSignup(
        venue=sender.venue, promotion=promotion, guest=sender.snapshot, signed_up_at=now, updated_at=now
    )
    return arrival.receive(sender, signup, WAY, after={"promotion": promotion}, at=now)
