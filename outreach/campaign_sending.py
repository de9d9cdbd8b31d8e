"""The worker's part of a campaign: address after address, each asked for at the gate in the moment it is written to (R-CRM-10).

For every address a message is written and claimed in one transaction with the mark that it was; only then it leaves. So
whatever moment a worker is killed at, nobody is written to twice and nobody is passed over. Of the one message that was
just leaving nobody knows whether it did: it is not sent again, but told as failed (outreach.delivering, `interrupted`).
When the server is away or refuses everybody (outreach.campaign_failures), the recipients are given back and the campaign
waits; as long as somebody's message is on its way, it is not over (outreach.campaign_waiting).
"""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable
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
from outreach import campaign_results, campaign_waiting, campaign_words, carrying, delivering, sender
from outreach.campaign_failures import Failures, Trouble
from outreach.campaign_words import Texts
from outreach.carrying import Carried, Fate
from outreach.models import (
    CAMPAIGN_LEASES,
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
from tenants.leasing import LeaseLost
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.scope import Actor, ActorKind

logger = logging.getLogger(__name__)

Carry = Callable[[Message], Carried]

CHUNK = 100
# A task rings for the next one before the broker takes it for lost (visibility timeout 30 s).
TASK_SECONDS = 15.0


class Place(NamedTuple):
    """A recipient still to be written to; one whose `status` is AGAIN was written to in vain before."""

    id: UUID
    contact_id: UUID
    address: str
    status: str


@dataclass(slots=True)
class Run:
    """One task's work on a campaign."""

    campaign: Campaign
    texts: Texts
    holder: str
    actor: Actor
    carry: Carry
    failures: Failures


def work(tenant_id: UUID, campaign_id: UUID, *, holder: str, carry: Carry | None = None) -> bool:
    """Go on with a campaign; True when there is more to do. Harmless when somebody else is at it or all is done.

    `carry` stands for the mail server and the SMS provider, for who must write to nobody.
    """
    with scope.enter(tenant_id, scope.WORKER):
        campaign = CAMPAIGN_LEASES.take(campaign_id, holder)
    if campaign is None:
        return False
    texts, actor = campaign_words.frozen(campaign), _on_behalf_of(campaign)
    run = Run(campaign, texts, holder, actor, carry or carrying.carry, Failures(campaign))
    try:
        return _work(run, deadline=time.monotonic() + TASK_SECONDS)
    except LeaseLost:
        return False
    except Trouble as trouble:
        logger.warning("campaign %s waits: %s", campaign_id, trouble.failure)
        _spare_refused(run)
        _wait(run, trouble.failure)
    except Exception:
        logger.exception("campaign %s stumbled", campaign_id)
        _wait(run, campaign_waiting.INTERNAL)
    return False


def _work(run: Run, *, deadline: float) -> bool:
    while places := _next_chunk(run):
        for place in places:
            # Not in the middle of failures: whose fault they are is judged by what comes next.
            if time.monotonic() > deadline and not run.failures.count:
                _release(run)
                return True
            message = _claim(run, place)
            if message is not None:
                _send(run, place, message)
    return False


def _next_chunk(run: Run) -> list[Place]:
    """Those who are next; with nobody left the campaign is over."""
    with scope.enter(run.campaign.owner_id, run.actor):
        CAMPAIGN_LEASES.hold(run.campaign.pk, run.holder)
        own = CampaignRecipient.objects.filter(campaign=run.campaign, reason="").order_by("id")
        for status in (RecipientStatus.WAITING, RecipientStatus.AGAIN):
            places = own.filter(status=status).values_list("id", "contact_id", "address", "status")[:CHUNK]
            if places:
                return [Place(*one) for one in places]
        _finish_or_wait(run)
        return []


def _claim(run: Run, place: Place) -> Message | None:
    """The message to an address, written down and ours to send; None when it must not be written to, and why is noted.

    Locks the contact, then the campaign. Raises Trouble when the venue does not say (any more) who it is.
    """
    at = timezone.now()
    with scope.enter(run.campaign.owner_id, run.actor):
        contact = identity.open_book((), [place.contact_id]).contacts.get(place.contact_id)
        CAMPAIGN_LEASES.hold(run.campaign.pk, run.holder)
        # As its settings are now: they say whom the message is from.
        run.campaign.venue = Venue.objects.get(pk=run.campaign.venue_id)
        if not sender.is_complete(run.campaign.venue):
            raise Trouble(campaign_waiting.SENDER_INCOMPLETE)
        reason = _exclusion(run.campaign, contact, place.address, at)
        if reason or contact is None:
            _mark(place, RecipientStatus.EXCLUDED, reason)
            return None
        if not _mark(place, RecipientStatus.WRITTEN):
            return None
        message = _message(run, contact, place.address, at)
        rows.insert([message])
    return message


def _send(run: Run, place: Place, message: Message) -> None:
    """Raises Trouble when it is no use to try the next one."""
    carried = run.carry(message)
    is_later = carried.fate is Fate.LATER
    if carried.can_be_tried_again and not (is_later and campaign_waiting.is_last_attempt(run.campaign)):
        with scope.enter(run.campaign.owner_id, run.actor):
            campaign_waiting.give_back(message, RecipientStatus.LATER if is_later else RecipientStatus(place.status))
    else:
        delivering.note(run.campaign.owner_id, message, carried)
    if carried.has_left:
        _spare_refused(run)
        run.failures.end()
    else:
        run.failures.add(message, carried, is_second_time=place.status == RecipientStatus.AGAIN)


def _spare_refused(run: Run) -> None:
    if not run.failures.refused:
        return
    with scope.enter(run.campaign.owner_id, run.actor):
        run.failures.spare_refused()


def _exclusion(campaign: Campaign, contact: Contact | None, address: str, at: datetime.datetime) -> str:
    """Why the address must not be written to (any more); empty when it may."""
    if contact is None:
        return Exclusion.CONTACT_DELETED
    if address != (contact.phone if campaign.channel == MessageChannel.SMS else contact.email):
        return Exclusion.ADDRESS_CHANGED
    found = gate.hindrance(campaign.venue, ConsentChannel(campaign.channel), address, holder=contact, at=at)
    return found.value if found else ""


def _mark(place: Place, status: RecipientStatus, reason: str = "") -> bool:
    """Whether the recipient was still waiting: an erasure may have come before."""
    return bool(rows.run(_MARKED, status.value, str(reason), scope.tenant_id(), place.id, place.address, place.status))


_MARKED = (
    f"UPDATE {CampaignRecipient._meta.db_table} SET status = %s, reason = %s "  # noqa: S608 (our own table)
    "WHERE tenant_id = %s AND id = %s AND address = %s AND status = %s RETURNING id"
)


def _message(run: Run, contact: Contact, address: str, at: datetime.datetime) -> Message:
    campaign = run.campaign
    language = run.texts.language_for(contact.language)
    words = run.texts.filled(language, contact, campaign.venue)
    return Message(
        contact=contact,
        venue=campaign.venue,
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


def _finish_or_wait(run: Run) -> None:
    """Nobody waits any more: it is over, unless somebody's message is on its way, or was refused without a fault of theirs."""
    campaign = run.campaign
    run.failures.spare_refused()
    if campaign_waiting.take_up_again(campaign):
        campaign_waiting.wait(campaign, campaign.failure or campaign_waiting.AWAY)
        return
    if campaign_waiting.is_one_leaving(campaign, at=timezone.now()):
        _let_go(run)
        return
    campaign.failure = ""
    campaign_waiting.end(campaign, CampaignStatus.SENT, at=timezone.now())
    found = campaign_results.of([campaign])[campaign.pk]
    after = {"sent": found.sent, "failed": found.failed, "excluded": found.excluded}
    recording.record(Action.CAMPAIGN_FINISHED, campaign, after=after, venue_id=campaign.venue_id)


def _release(run: Run) -> None:
    with scope.enter(run.campaign.owner_id, run.actor):
        CAMPAIGN_LEASES.hold(run.campaign.pk, run.holder)
        _let_go(run)


def _let_go(run: Run) -> None:
    run.campaign.save(update_fields=["failure", "attempt_count"])
    CAMPAIGN_LEASES.release(run.campaign)


def _wait(run: Run, failure: str) -> None:
    with scope.enter(run.campaign.owner_id, run.actor):
        try:
            CAMPAIGN_LEASES.hold(run.campaign.pk, run.holder)
        except LeaseLost:
            return
        campaign_waiting.wait(run.campaign, failure)


def _on_behalf_of(campaign: Campaign) -> Actor:
    """The worker acts under the name of who sent the campaign, so that the audit log says whose work it is."""
    label = f"{campaign.actor_label} (campaign)" if campaign.actor_label else "campaign"
    return Actor(kind=ActorKind.WORKER, id=campaign.actor_id, label=label, permissions=frozenset(Permission))
