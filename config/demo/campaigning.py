"""The demo's campaigns: one that went out three weeks ago, with its results, and a draft to try. Nobody is written to."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db.models import F
from uuid_utils.compat import uuid7

from config.demo import knowing
from config.demo.house import House
from consent import unsubscribing
from consent.status import ConsentChannel
from crm.models import ContactGroup, Segment
from outreach import campaign_sending, campaigns, message_templates
from outreach.campaigns import NewCampaign
from outreach.carrying import Carried, Fate
from outreach.message_templates import NewTemplate
from outreach.models import Campaign, Message, MessageChannel, MessageKind, MessageStatus
from tenants import scope

AGO = datetime.timedelta(days=21)
TRUFFLES = {
    "it": (
        "I tartufi sono arrivati",
        "Ciao {first_name},\ni primi tartufi bianchi sono da noi, a {venue}. Vieni a sentirli?",
    ),
    "en": (
        "The truffles are here",
        "Dear {first_name},\nthe first white truffles have come to {venue}. Come and taste them?",
    ),
}


def write(tenant_id: UUID, house: House) -> None:
    """Outside any scope, as a worker is."""
    with scope.enter(tenant_id, scope.SYSTEM):
        sent = _start(house)
        _draft(house)
    if sent is None:
        return
    while campaign_sending.work(tenant_id, sent.pk, holder=str(uuid7()), carry=_pretend):
        pass
    with scope.enter(tenant_id, scope.SYSTEM):
        _date_back(sent)
        _let_one_leave(house, sent)


def _start(house: House) -> Campaign | None:
    """From the venue without double opt-in, to those who like to read us; None where the house has no such guests."""
    audience: Segment | None = Segment.objects.filter(name=knowing.READERS).first()
    made = [
        message_templates.create(
            NewTemplate(MessageKind.FREE, "Truffles", language, MessageChannel.EMAIL, text, subject)
        )
        for language, (subject, text) in TRUFFLES.items()
    ]
    if audience is None:
        return None
    draft = campaigns.create(NewCampaign(house.venues[-1], MessageChannel.EMAIL, made[0], segment=audience))
    try:
        return campaigns.send(draft, at=house.now)
    except campaigns.NobodyToWriteTo:
        return None


def _draft(house: House) -> None:
    group: ContactGroup | None = ContactGroup.objects.order_by("created_at", "pk").first()
    if group is not None:
        invitation = message_templates.suggested(MessageKind.INVITE, language="it", channel=MessageChannel.EMAIL)
        campaigns.create(NewCampaign(house.venues[-1], MessageChannel.EMAIL, invitation, group=group))


def _pretend(message: Message) -> Carried:
    return Carried(Fate.LEFT, f"demo-{message.pk}")


def _date_back(campaign: Campaign) -> None:
    """The campaign knows no other time than now; what it brought takes weeks."""
    own = Message.objects.filter(campaign=campaign)
    own.update(**{name: F(name) - AGO for name in ("at", "sent_at", "sent_on", "claimed_at")})
    times = ("created_at", "started_at", "finished_at")
    Campaign.objects.filter(pk=campaign.pk).update(**{name: F(name) - AGO for name in times})


def _let_one_leave(house: House, campaign: Campaign) -> None:
    own = Message.objects.filter(campaign=campaign, status=MessageStatus.SENT).select_related("contact")
    message: Message | None = own.order_by("address").first()
    if message is not None:
        unsubscribing.unsubscribe(
            message.contact, venue=house.venues[-1], channel=ConsentChannel.EMAIL, at=house.now - AGO / 2
        )
