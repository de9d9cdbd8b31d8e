"""The filters of the guest list that ask for consent (R-CRM-5): status, channel and venue, read together.

A contact matches when its present address of the channel (either, if none is named) has the status in the venue (any, if
none is named). `none` matches who has no other status there. An address that unsubscribed before its guest was erased
is unsubscribed still (consent.suppression). Who asked for their data to be cleared has no consent that is worth looking for,
whatever the status says (consent.gate).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from consent.models import ConsentStatus, ConsentSuppression
from consent.status import ConsentChannel, Status
from crm.models import ContactIdentifier


def matching(*, status: str | None = None, channel: str | None = None, venue: UUID | None = None) -> Q:
    """The condition on contacts; without a status, that there is any on record but `none`. Empty when nothing is asked."""
    if not (status or channel or venue):
        return Q()
    where: dict[str, Any] = {"address": OuterRef("value")}
    if channel:
        where["channel"] = ConsentChannel(channel)
    if venue:
        where["venue"] = venue
    rows = ConsentStatus.objects.filter(**where)
    rows = rows.filter(status=status) if status and status != Status.NONE else rows.exclude(status=Status.NONE)
    is_on_record = Q(Exists(rows))
    if status in (None, "", Status.NONE, Status.UNSUBSCRIBED):
        is_on_record |= Q(Exists(ConsentSuppression.objects.filter(**where)))
    # No phone looks like an e-mail, so that the address alone says of which channel it is. By the contact's own rows a
    # page of a long list costs index lookups only; by the contact's columns, two hashed tables.
    present = ContactIdentifier.objects.filter(contact=OuterRef("pk"), is_active=True, is_main=True)
    is_held = Q(Exists(present.filter(is_on_record)))
    if status == Status.NONE:
        return ~is_held
    return is_held if status == Status.UNSUBSCRIBED else is_held & Q(erase_on=None)
