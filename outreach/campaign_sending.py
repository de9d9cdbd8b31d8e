"""The worker's part of a campaign: address after address, each asked for at the gate in the moment it is written to (R-CRM-10).

For every address a message is written and claimed in one transaction with the mark that it was; only then it leaves. So
whatever moment a worker is killed at, nobody is written to twice and nobody is passed over. Of the one message that was
just leaving nobody knows whether it did: it is not sent again, but told as failed (outreach.delivering, `interrupted`).
"""

from __future__ import annotations

import datetime
import logging
import time
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from audit import recording
from audit.actions import Action
from consent import gate
from consent.gate import Purpose
from consent.status import ConsentChannel
from crm import identity
from crm.models import Contact
from outreach import campaign_leasing, campaign_results, campaign_words, delivering
from outreach.campaign_words import Texts
from outreach.models import (
    Campaign,
    CampaignRecipient,
    CampaignStatus,
    Direction,
    Exclusion,
    Message,
    MessageChannel,
    MessageKind,
    MessageStatus,
    RecipientStatus,
)
from tenants import rows, scope
from tenants.permissions import Permission
from tenants.scope import Actor, ActorKind

logger = logging.getLogger(__name__)

CHUNK = 100
# A task rings for the next one before the broker takes it for lost (visibility timeout 30 s).
TASK_SECONDS = 15.0
# So many failures in a row are the mail server's fault: the others are spared until it is back.
MOST_FAILURES = 5
MAX_ATTEMPTS = 5


class ServerRefuses(Exception):
    """One message after the other could not be sent."""


class Place(NamedTuple):
    """A recipient still to be written to."""

    id: UUID
    contact_id: UUID
    address: str


@dataclass(slots=True)
class Run:
    """One task's work on a campaign; `failures` are those since the last message that left."""

    campaign: Campaign
    texts: Texts
    holder: str
    actor: Actor
    failures: int = 0


def work(tenant_id: UUID, campaign_id: UUID, *, holder: str) -> bool:
    """Go on with a campaign; True when there is more to do. Harmless when somebody else is at it or all is done."""
    with scope.enter(tenant_id, scope.WORKER):
        campaign = campaign_leasing.take(campaign_id, holder)
    if campaign is None:
        return False
    run = Run(campaign, campaign_words.frozen(campaign), holder, _on_behalf_of(campaign))
    try:
        return _work(run, deadline=time.monotonic() + TASK_SECONDS)
    except campaign_leasing.LeaseLost:
        return False
    except Exception as error:
        logger.exception("campaign %s stumbled", campaign_id)
        _stumble(run, "server_refuses" if isinstance(error, ServerRefuses) else "internal_error")
        return False


def _work(run: Run, *, deadline: float) -> bool:
    while places := _next_chunk(run):
        for place in places:
            if time.monotonic() > deadline:
                _release(run)
                return True
            message = _claim(run, place)
            if message is not None:
                _send(run, message)
    return False


def _next_chunk(run: Run) -> list[Place]:
    """Those who are next; with nobody left the campaign is over."""
    with scope.enter(run.campaign.owner_id, run.actor):
        campaign_leasing.hold(run.campaign.pk, run.holder)
        waiting = CampaignRecipient.objects.filter(campaign=run.campaign, status=RecipientStatus.WAITING, reason="")
        places = [Place(*one) for one in waiting.order_by("id").values_list("id", "contact_id", "address")[:CHUNK]]
        if not places:
            _finish(run.campaign)
        return places


def _claim(run: Run, place: Place) -> Message | None:
    """The message to an address, written down and ours to send; None when it must not be written to, and why is noted.

    Locks the contact, then the campaign.
    """
    at = timezone.now()
    with scope.enter(run.campaign.owner_id, run.actor):
        contact = identity.open_book((), [place.contact_id]).contacts.get(place.contact_id)
        campaign_leasing.hold(run.campaign.pk, run.holder)
        reason = _exclusion(run.campaign, contact, place.address, at)
        if reason or contact is None:
            _mark(place, RecipientStatus.EXCLUDED, reason)
            return None
        if not _mark(place, RecipientStatus.WRITTEN):
            return None
        message = _message(run, contact, place.address, at)
        rows.insert([message])
    return message


def _send(run: Run, message: Message) -> None:
    """Raises ServerRefuses when it is not the first that does not leave."""
    has_left = delivering.send_claimed(run.campaign.owner_id, message)
    run.failures = 0 if has_left else run.failures + 1
    if has_left:
        run.campaign.attempt_count = 0
    if run.failures >= MOST_FAILURES:
        raise ServerRefuses


def _exclusion(campaign: Campaign, contact: Contact | None, address: str, at: datetime.datetime) -> str:
    """Why the address must not be written to (any more); empty when it may."""
    if contact is None:
        return Exclusion.CONTACT_DELETED
    if address != (contact.phone if campaign.channel == MessageChannel.SMS else contact.email):
        return Exclusion.ADDRESS_CHANGED
    closed = gate.hindrances(campaign.venue, ConsentChannel(campaign.channel), [address], at=at)
    return closed[address].value if address in closed else ""


def _mark(place: Place, status: RecipientStatus, reason: str = "") -> bool:
    """Whether the recipient was still waiting: an erasure may have come before."""
    return bool(rows.run(_MARKED, status.value, str(reason), scope.tenant_id(), place.id, place.address))


_MARKED = (
    f"UPDATE {CampaignRecipient._meta.db_table} SET status = %s, reason = %s "  # noqa: S608 (our own table)
    f"WHERE tenant_id = %s AND id = %s AND address = %s AND status = '{RecipientStatus.WAITING.value}' RETURNING id"
)


def _message(run: Run, contact: Contact, address: str, at: datetime.datetime) -> Message:
    campaign = run.campaign
    language = run.texts.language_for(contact.language)
    words = run.texts.filled(language, contact, campaign.venue)
    return Message(
        contact=contact,
        venue=campaign.venue,
        template_id=campaign.template_id,
        campaign=campaign,
        direction=Direction.OUT,
        channel=campaign.channel,
        kind=MessageKind(campaign.kind),
        purpose=Purpose.MARKETING,
        status=MessageStatus.QUEUED,
        address=address,
        language=language,
        subject=words.subject,
        text=words.text,
        at=at,
        sent_on=campaign.venue.local_day(at),
        claimed_at=at,
        sent_by=campaign.actor_label,
    )


def _finish(campaign: Campaign) -> None:
    _end(campaign, CampaignStatus.SENT)
    found = campaign_results.of([campaign])[campaign.pk]
    after = {"sent": found.sent, "failed": found.failed, "excluded": found.excluded}
    recording.record(Action.CAMPAIGN_FINISHED, campaign, after=after, venue_id=campaign.venue_id)


def _release(run: Run) -> None:
    with scope.enter(run.campaign.owner_id, run.actor):
        campaign_leasing.hold(run.campaign.pk, run.holder)
        campaign_leasing.release(run.campaign)


def _stumble(run: Run, failure: str) -> None:
    """Let the sweeper ring again, later each time, since most failures pass; give up on one that stays."""
    campaign = run.campaign
    campaign.attempt_count += 1
    with scope.enter(campaign.owner_id, run.actor):
        try:
            campaign_leasing.hold(campaign.pk, run.holder)
        except campaign_leasing.LeaseLost:
            return
        if campaign.attempt_count < MAX_ATTEMPTS:
            pause = campaign_leasing.GRACE * 2 ** (campaign.attempt_count - 1)
            campaign_leasing.release(campaign, for_at_least=pause)
            return
        campaign.failure = failure
        _end(campaign, CampaignStatus.FAILED)
        recording.record(Action.CAMPAIGN_FAILED, campaign, after={"failure": failure}, venue_id=campaign.venue_id)


def _end(campaign: Campaign, status: CampaignStatus) -> None:
    campaign.status, campaign.finished_at = status, timezone.now()
    campaign.lease_holder, campaign.lease_until = "", None
    fields = ["status", "finished_at", "lease_holder", "lease_until", "failure", "attempt_count"]
    campaign.save(update_fields=fields)


def _on_behalf_of(campaign: Campaign) -> Actor:
    """The worker acts under the name of who sent the campaign, so that the audit log says whose work it is."""
    label = f"{campaign.actor_label} (campaign)" if campaign.actor_label else "campaign"
    return Actor(kind=ActorKind.WORKER, id=campaign.actor_id, label=label, permissions=frozenset(Permission))
