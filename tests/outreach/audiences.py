"""Guests by the dozen, a group of them, and a campaign to it, as the tests of campaigns need them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.core import mail
from django.utils import timezone
from uuid_utils.compat import uuid7

from consent import recording, unsubscribing
from consent.models import Source
from consent.recording import Occurrence
from consent.status import ConsentChannel, Event
from crm import groups, intake
from crm.channel import Channel
from crm.guest_data import Guest, Intake
from crm.models import Contact, ContactGroup
from outreach import campaign_results, campaign_sending, campaigns, message_templates
from outreach.campaign_results import Results
from outreach.campaigns import NewCampaign
from outreach.models import (
    CAMPAIGN_LEASES,
    Campaign,
    CampaignRecipient,
    MessageChannel,
    MessageKind,
    MessageTemplate,
)
from tests.personas import Place

EVERYBODY = {f"guest{n}@example.com": 1 for n in range(8)}


def guests(
    place: Place, count: int, *, agreed: bool = True, prefix: str = "guest", language: str = ""
) -> list[Contact]:
    """So many contacts with an e-mail, who agreed to e-mail of the first venue."""
    at = timezone.now()
    with place.enter():
        taken = intake.receive_many(
            [
                Intake(
                    guest=Guest(
                        first_name=f"Name{n}", last_name="Rossi", email=f"{prefix}{n}@example.com", language=language
                    ),
                    channel=Channel.MANUAL,
                    venue=place.venue,
                    at=at,
                )
                for n in range(count)
            ]
        )
        found = [one.contact for one in taken if one.contact]
        if agreed:
            agree(place, found)
    return found


def agree(place: Place, contacts: Sequence[Contact]) -> None:
    """They signed a paper: e-mail of the first venue."""
    event, at = Event.SUBSCRIBED_WITH_EVIDENCE, timezone.now()
    recording.record_many([Occurrence(event, place.venue, one.email, None, one, Source.STAFF, at) for one in contacts])


def leave(place: Place, contact: Contact) -> None:
    with place.enter():
        unsubscribing.unsubscribe(contact, venue=place.venue, channel=ConsentChannel.EMAIL, at=timezone.now())


def group_of(place: Place, contacts: Sequence[Contact], name: str = "Wine evenings") -> ContactGroup:
    with place.enter():
        group = groups.create(name)
        groups.add(group, [contact.pk for contact in contacts])
        return group


def draft(place: Place, group: ContactGroup, *, template: MessageTemplate | None = None) -> Campaign:
    with place.enter():
        chosen = template or message_templates.suggested(
            MessageKind.INVITE, language="en", channel=MessageChannel.EMAIL
        )
        return campaigns.create(NewCampaign(place.venue, MessageChannel.EMAIL, chosen, group=group))


def start(place: Place, campaign: Campaign) -> None:
    with place.enter():
        campaigns.send(campaign, at=timezone.now())


def work(place: Place, campaign: Campaign) -> Campaign:
    """Work like a worker until nothing is left to do, outside any scope."""
    while campaign_sending.work(place.id, campaign.pk, holder=str(uuid7())):
        pass
    return fresh(place, campaign)


def fresh(place: Place, campaign: Campaign) -> Campaign:
    with place.enter():
        found: Campaign = Campaign.objects.get(pk=campaign.pk)
        return found


def recipients(place: Place, campaign: Campaign) -> dict[str, tuple[str, str]]:
    """(status, reason) by address."""
    with place.enter():
        rows = CampaignRecipient.objects.filter(campaign=campaign).values_list("address", "status", "reason")
        return {address: (status, reason) for address, status, reason in rows}


def written_to() -> Counter[str]:
    """How often each address got a mail."""
    return Counter(address for sent in mail.outbox for address in sent.to)


def results(place: Place, campaign: Campaign) -> Results:
    with place.enter():
        return campaign_results.of([Campaign.objects.get(pk=campaign.pk)])[campaign.pk]


def lapse(place: Place) -> None:
    """The lease of the dead worker runs out, and the sweeper finds the campaign."""
    with place.enter():
        Campaign.objects.filter(status="sending").update(lease_until="2020-01-01T00:00:00Z")


def let_time_pass(place: Place) -> None:
    """The pause is over, and the sweeper rings."""
    lapse(place)
    assert len(CAMPAIGN_LEASES.due()) == 1


def until_sent(place: Place, campaign: Campaign) -> None:
    """Every pause is over at once."""
    for _pause in range(20):
        if work(place, campaign).status == "sent":
            return
        let_time_pass(place)
    raise AssertionError(f"not sent: {results(place, campaign)}")
