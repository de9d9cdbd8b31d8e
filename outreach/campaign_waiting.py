"""What a campaign does when messages do not leave: it waits, and uses up nobody meanwhile (R-CRM-10).

A recipient whose message certainly did not leave is given back, as if nobody had turned to it; asked by the server to come
later, or refused by one that refuses everybody, it comes after all others. The campaign then waits, longer each time; staff
see for how long. It fails after a day in which not one message left, with those who wait as they were: sent again, it goes on
from there. It fails at once when the venue does not say any more whom marketing is from (R-CONSENT-4).
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from audit import recording
from audit.actions import Action
from crm import identity
from outreach import delivering
from outreach.models import (
    CAMPAIGN_LEASES,
    Campaign,
    CampaignRecipient,
    CampaignStatus,
    Message,
    MessageStatus,
    RecipientStatus,
)
from outreach.sender import SenderIncomplete
from tenants import leasing

AWAY, SERVER_REFUSES, INTERNAL = "server_away", "server_refuses", "internal_error"
SENDER_INCOMPLETE = SenderIncomplete.code
# So many attempts in a row for the same reason; those for a server that is away fill a day.
ATTEMPTS = {AWAY: 100, SERVER_REFUSES: 5, INTERNAL: 5, SENDER_INCOMPLETE: 1}
LONGEST_PAUSE = datetime.timedelta(minutes=15)
_WIDEST = 7  # doublings, beyond which every pause is the longest


def give_back(message: Message, status: RecipientStatus) -> None:
    """Let the recipient of a message that did not leave wait again, as `status` says. Locks its contact.

    Erased meanwhile, nobody is written to any more; and a message of which it is told already that nobody knows whether it
    left stays as it is.
    """
    identity.open_book((), [message.contact_id])
    own = Message.objects.filter(pk=message.pk, address=message.address).exclude(error=delivering.INTERRUPTED)
    if own.delete()[0]:
        written = CampaignRecipient.objects.filter(campaign=message.campaign_id, address=message.address)
        written.filter(status=RecipientStatus.WRITTEN).update(status=status)


def is_last_attempt(campaign: Campaign) -> bool:
    """Whether the campaign has waited so often for a server that it gives up the next time."""
    return campaign.failure == AWAY and campaign.attempt_count + 1 >= ATTEMPTS[AWAY]


def wait(campaign: Campaign, failure: str) -> None:
    """Pause, for the sweeper to ring again, or give up. The caller holds the campaign."""
    campaign.attempt_count = campaign.attempt_count + 1 if campaign.failure == failure else 1
    campaign.failure = failure
    if campaign.attempt_count >= ATTEMPTS[failure]:
        end(campaign, CampaignStatus.FAILED, at=timezone.now())
        recording.record(Action.CAMPAIGN_FAILED, campaign, after={"failure": failure}, venue_id=campaign.venue_id)
        return
    campaign.save(update_fields=["failure", "attempt_count"])
    doubled = leasing.GRACE * 2 ** min(campaign.attempt_count - 1, _WIDEST)
    CAMPAIGN_LEASES.release(campaign, for_at_least=min(doubled, LONGEST_PAUSE))


def take_up_again(campaign: Campaign) -> bool:
    """Let those who were to come later come now; whether there were any."""
    later = CampaignRecipient.objects.filter(campaign=campaign, status=RecipientStatus.LATER)
    return bool(later.update(status=RecipientStatus.AGAIN))


def start_over(campaign: Campaign) -> None:
    """Let who was written to in vain wait like all others: the campaign is sent anew. The caller holds it."""
    tried = CampaignRecipient.objects.filter(
        campaign=campaign, status__in=[RecipientStatus.LATER, RecipientStatus.AGAIN]
    )
    tried.update(status=RecipientStatus.WAITING)


def is_one_leaving(campaign: Campaign, *, at: datetime.datetime) -> bool:
    """Whether a worker that lost the campaign may still be sending a message of it, which it may yet give back."""
    queued = Message.objects.filter(campaign=campaign, status=MessageStatus.QUEUED)
    return bool(queued.filter(claimed_at__gte=at - delivering.CLAIM_TIME).exists())


def end(campaign: Campaign, status: CampaignStatus, *, at: datetime.datetime) -> None:
    """Nobody works on it any more. The caller holds the campaign."""
    campaign.status, campaign.finished_at = status, at
    campaign.lease_holder, campaign.lease_until = "", None
    fields = ["status", "finished_at", "lease_holder", "lease_until", "failure", "attempt_count"]
    campaign.save(update_fields=fields)
