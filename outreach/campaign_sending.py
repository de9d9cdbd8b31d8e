"""The worker's part of a campaign: address after address, each asked for at the gate in the moment it is written to (R-CRM-10).

For every address a message is written and claimed in one transaction with the mark that it was; only then it leaves. So
whatever moment a worker is killed at, nobody is written to twice and nobody is passed over. Of the one message that was
just leaving nobody knows whether it did: it is not sent again, but told as failed (outreach.delivering, `interrupted`).
When the server is away, the recipient is given back and the campaign waits (outreach.campaign_waiting).
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
from outreach import campaign_results, campaign_waiting, campaign_words, carrying, delivering
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
from tenants.permissions import Permission
from tenants.scope import Actor, ActorKind

logger = logging.getLogger(__name__)

Carry = Callable[[Message], Carried]

CHUNK = 100
# A task rings for the next one before the broker takes it for lost (visibility timeout 30 s).
TASK_SECONDS = 15.0
# So many failures in a row are the mail server's fault: the others are spared until it is back.
MOST_FAILURES = 5


class ServerTrouble(Exception):
    """No other message is likely to leave just now; `failure` says why."""

    def __init__(self, failure: str) -> None:
        super().__init__(failure)
        self.failure = failure


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
    carry: Carry
    failures: int = 0


def work(tenant_id: UUID, campaign_id: UUID, *, holder: str, carry: Carry | None = None) -> bool:
    """Go on with a campaign; True when there is more to do. Harmless when somebody else is at it or all is done.

    `carry` stands for the mail server and the SMS provider, for who must write to nobody.
    """
    with scope.enter(tenant_id, scope.WORKER):
        campaign = CAMPAIGN_LEASES.take(campaign_id, holder)
    if campaign is None:
        return False
    run = Run(campaign, campaign_words.frozen(campaign), holder, _on_behalf_of(campaign), carry or carrying.carry)
    try:
        return _work(run, deadline=time.monotonic() + TASK_SECONDS)
    except LeaseLost:
        return False
    except ServerTrouble as trouble:
        logger.warning("campaign %s waits: %s", campaign_id, trouble.failure)
        _wait(run, trouble.failure)
    except Exception:
        logger.exception("campaign %s stumbled", campaign_id)
        _wait(run, campaign_waiting.INTERNAL)
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
        CAMPAIGN_LEASES.hold(run.campaign.pk, run.holder)
        waiting = CampaignRecipient.objects.filter(campaign=run.campaign, status=RecipientStatus.WAITING, reason="")
        places = [Place(*one) for one in waiting.order_by("id").values_list("id", "contact_id", "address")[:CHUNK]]
        if not places:
            _finish_or_wait(run.campaign)
        return places


def _claim(run: Run, place: Place) -> Message | None:
    """The message to an address, written down and ours to send; None when it must not be written to, and why is noted.

    Locks the contact, then the campaign.
    """
    at = timezone.now()
    with scope.enter(run.campaign.owner_id, run.actor):
        contact = identity.open_book((), [place.contact_id]).contacts.get(place.contact_id)
        CAMPAIGN_LEASES.hold(run.campaign.pk, run.holder)
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
    """Raises ServerTrouble when it is no use to try the next one."""
    carried = run.carry(message)
    is_later = carried.fate is Fate.LATER
    if carried.can_be_tried_again and not (is_later and campaign_waiting.is_last_attempt(run.campaign)):
        with scope.enter(run.campaign.owner_id, run.actor):
            campaign_waiting.give_back(message, is_asked_later=is_later)
    else:
        delivering.note(run.campaign.owner_id, message, carried)
    _judge_server(run, carried)


def _judge_server(run: Run, carried: Carried) -> None:
    if carried.has_left:
        run.failures, run.campaign.attempt_count, run.campaign.failure = 0, 0, ""
        return
    run.failures += 1
    if carried.fate in (Fate.AWAY, Fate.DOUBTFUL):
        raise ServerTrouble(campaign_waiting.AWAY)
    if run.failures >= MOST_FAILURES:
        raise ServerTrouble(campaign_waiting.SERVER_REFUSES if carried.fate is Fate.REFUSED else campaign_waiting.AWAY)


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


def _finish_or_wait(campaign: Campaign) -> None:
    """Nobody waits any more: it is over, unless a server asked to come later with somebody's message."""
    if campaign_waiting.take_up_again(campaign):
        campaign_waiting.wait(campaign, campaign_waiting.AWAY)
        return
    campaign.failure = ""
    campaign_waiting.end(campaign, CampaignStatus.SENT, at=timezone.now())
    found = campaign_results.of([campaign])[campaign.pk]
    after = {"sent": found.sent, "failed": found.failed, "excluded": found.excluded}
    recording.record(Action.CAMPAIGN_FINISHED, campaign, after=after, venue_id=campaign.venue_id)


def _release(run: Run) -> None:
    with scope.enter(run.campaign.owner_id, run.actor):
        CAMPAIGN_LEASES.hold(run.campaign.pk, run.holder)
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
