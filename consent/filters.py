"""The filters of the guest list that ask for consent (R-CRM-5): status, channel and venue, read together.

A contact matches when its present address of the channel (either, if none is named) has the status in the venue (any, if
none is named). `none` matches who has no other status there.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from consent.models import ConsentStatus
from consent.status import ConsentChannel, Status

COLUMN_OF = {ConsentChannel.EMAIL: "email", ConsentChannel.SMS: "phone"}


def matching(*, status: str | None = None, channel: str | None = None, venue: UUID | None = None) -> Q:
    """The condition on contacts; without a status, that there is any on record but `none`. Empty when nothing is asked."""
    if not (status or channel or venue):
        return Q()
    channels = [ConsentChannel(channel)] if channel else list(ConsentChannel)
    wanted = Q(status=status) if status and status != Status.NONE else ~Q(status=Status.NONE)
    is_held = Q(pk=None)
    for one in channels:
        rows = ConsentStatus.objects.filter(wanted, channel=one, address=OuterRef(COLUMN_OF[one]))
        is_held |= Q(Exists(rows.filter(venue=venue) if venue else rows))
    return ~is_held if status == Status.NONE else is_held
