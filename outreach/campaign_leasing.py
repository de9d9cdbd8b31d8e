"""Who works on a campaign: a lease in its row, renewed with every message (ARCHITECTURE, Jobs).

PostgreSQL is the truth, Celery the doorbell. A second worker that is rung for a campaign with a living lease goes away;
when the first was killed, the lease lapses and the sweeper rings again.
"""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from outreach.models import Campaign, CampaignStatus
from tenants import rows, scope

# As long as one mail server is waited for, and short enough that a killed worker's campaign goes on within a minute.
LEASE = datetime.timedelta(seconds=20)
# How long the doorbell may take before the sweeper rings again.
GRACE = datetime.timedelta(seconds=10)


class LeaseLost(Exception):
    """Another worker has the campaign, or it was stopped: write to nobody any more."""


def take(campaign_id: UUID, holder: str) -> Campaign | None:
    """The campaign for `holder`, or None when there is nothing to do or somebody else is at it."""
    now = timezone.now()
    free = Q(lease_holder="") | Q(lease_until__lt=now) | Q(lease_until=None) | Q(lease_holder=holder)
    found = Campaign.objects.filter(free, pk=campaign_id, status=CampaignStatus.SENDING)
    if not found.update(lease_holder=holder, lease_until=now + LEASE):
        return None
    campaign: Campaign = Campaign.objects.select_related("venue").get(pk=campaign_id)
    return campaign


def hold(campaign_id: UUID, holder: str) -> None:
    """Renew the lease; until the transaction ends nobody takes or stops the campaign. Raises LeaseLost."""
    until = timezone.now() + LEASE
    if not rows.run(_HELD, until, scope.tenant_id(), campaign_id, holder):
        raise LeaseLost


def release(campaign: Campaign, *, for_at_least: datetime.timedelta = GRACE) -> None:
    """Let go of a campaign that another task will go on with, after a while at the earliest. The caller holds it."""
    campaign.lease_holder, campaign.lease_until = "", timezone.now() + for_at_least
    campaign.save(update_fields=["lease_holder", "lease_until", "attempt_count"])


def due() -> list[tuple[UUID, UUID]]:
    """(tenant id, campaign id) of every campaign being sent whose lease has lapsed, over all tenants."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, row_id FROM due_campaigns()")
        return [(row[0], row[1]) for row in cursor.fetchall()]


_HELD = (
    f"UPDATE {Campaign._meta.db_table} SET lease_until = %s WHERE tenant_id = %s AND id = %s "  # noqa: S608 (our own table)
    f"AND status = '{CampaignStatus.SENDING.value}' AND lease_holder = %s RETURNING id"
)
