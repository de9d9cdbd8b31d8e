"""What became of a campaign (R-CRM-10): sent, failed, left out, unsubscribed since, bookings within 30 days.

An unsubscription counts when it came after the message and still holds; a booking when it was made within 30 days of the
message by who got it, for the venue that wrote, and was not cancelled. Nothing is counted ahead: it is read from the facts;
only that a guest had unsubscribed is written down when the guest is erased, since the facts lose the address then.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from consent.models import ConsentStatus
from consent.status import Status
from crm import facets
from outreach.models import NOT_WRITTEN, Campaign, CampaignRecipient, Exclusion, Message, MessageStatus, RecipientStatus
from tenants import rows, scope

BOOKING_DAYS = 30


@dataclass(frozen=True, slots=True)
class Results:
    """`recipients` are the addresses fixed when sending started; those `waiting` were not written to yet, or just now.

    `excluded` counts by reason, among them the contacts of the group or segment that have no address of their own.
    """

    recipients: int
    waiting: int
    sent: int
    failed: int
    excluded: dict[str, int]
    unsubscribed: int
    bookings: int


def of(campaigns: Iterable[Campaign]) -> dict[UUID, Results]:
    """The results of each of these campaigns, zeros for a draft. One query."""
    campaigns = list(campaigns)
    found: dict[UUID, dict[tuple[str, str], int]] = {campaign.pk: {} for campaign in campaigns}
    if campaigns:
        for campaign_id, what, name, count in rows.run(_statement(), scope.tenant_id(), list(found)):
            found[campaign_id][what, name] = count
    return {campaign.pk: _results(campaign, found[campaign.pk]) for campaign in campaigns}


def _results(campaign: Campaign, found: Mapping[tuple[str, str], int]) -> Results:
    excluded: dict[str, int] = dict(campaign.left_out)
    for (what, reason), count in found.items():
        if what == RecipientStatus.EXCLUDED:
            excluded[reason] = excluded.get(reason, 0) + count
    leaving = found.get((_MESSAGE, MessageStatus.QUEUED), 0)
    waiting = sum(found.get((status, ""), 0) for status in NOT_WRITTEN)
    return Results(
        recipients=campaign.recipient_count,
        waiting=waiting + leaving,
        sent=found.get((_MESSAGE, MessageStatus.SENT), 0),
        failed=found.get((_MESSAGE, MessageStatus.FAILED), 0),
        excluded=excluded,
        unsubscribed=found.get((_UNSUBSCRIBED, ""), 0)
        + found.get((RecipientStatus.WRITTEN, Exclusion.UNSUBSCRIBED), 0),
        bookings=found.get((_BOOKINGS, ""), 0),
    )


_MESSAGE, _UNSUBSCRIBED, _BOOKINGS = "message", "unsubscribed", "bookings"


@functools.cache
def _statement() -> str:
    """Rows of (campaign, what, name, count); $1 is the tenant, $2 the campaigns."""
    names: dict[str, Any] = {
        "recipients": CampaignRecipient._meta.db_table,
        "messages": Message._meta.db_table,
        "statuses": ConsentStatus._meta.db_table,
        "written": RecipientStatus.WRITTEN.value,
        "sent": MessageStatus.SENT.value,
        "unsubscribed": Status.UNSUBSCRIBED.value,
        "booked": " UNION ALL ".join(own for facet in facets.registered() for own in facet.bookings_made()),
        "days": BOOKING_DAYS,
    }
    return _COUNTS.format(**names)


_COUNTS = """
    SELECT campaign_id, status, reason, count(*) FROM {recipients}
    WHERE tenant_id = $1 AND campaign_id = ANY($2) AND (status <> '{written}' OR reason <> '')
    GROUP BY campaign_id, status, reason
    UNION ALL
    SELECT campaign_id, 'message', status, count(*) FROM {messages}
    WHERE tenant_id = $1 AND campaign_id = ANY($2) GROUP BY campaign_id, status
    UNION ALL
    SELECT message.campaign_id, 'unsubscribed', '', count(*) FROM {messages} message
    JOIN {statuses} consent ON consent.tenant_id = $1 AND consent.address = message.address
        AND consent.venue_id = message.venue_id AND consent.channel = message.channel
    WHERE message.tenant_id = $1 AND message.campaign_id = ANY($2) AND message.status = '{sent}'
        AND consent.status = '{unsubscribed}' AND consent.changed_at >= message.sent_at
    GROUP BY message.campaign_id
    UNION ALL
    SELECT message.campaign_id, 'bookings', '', count(DISTINCT booked.id) FROM {messages} message
    JOIN ({booked}) AS booked (id, contact_id, venue_id, at)
        ON booked.contact_id = message.contact_id AND booked.venue_id = message.venue_id
        AND booked.at >= message.sent_at AND booked.at < message.sent_at + interval '{days} days'
    WHERE message.tenant_id = $1 AND message.campaign_id = ANY($2) AND message.status = '{sent}'
    GROUP BY message.campaign_id
"""
