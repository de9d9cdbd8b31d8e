"""R-CRM-10: a campaign in the worker: each address asked for at the gate when its message leaves, and written to once."""

from __future__ import annotations

from django.core import mail
from django.utils import timezone

from consent import deliverability
from consent.status import ConsentChannel
from crm import bin as contact_bin
from crm import editing, groups
from outreach import (
    campaign_audience,
    campaign_sending,
    campaign_waiting,
    campaign_words,
    campaigns,
    carrying,
    message_templates,
)
from outreach.message_templates import NewTemplate
from outreach.models import CAMPAIGN_LEASES, CampaignRecipient, Message, MessageChannel, MessageKind
from tests.outreach.audiences import (
    draft,
    fresh,
    group_of,
    guests,
    leave,
    recipients,
    results,
    start,
    work,
    written_to,
)


def test_everybody_gets_one_mail_and_one_communication(place):
    people = guests(place, 7)
    campaign = draft(place, group_of(place, people))
    start(place, campaign)

    done = work(place, campaign)

    assert (done.status, done.lease_holder, done.failure) == ("sent", "", "")
    assert written_to() == {f"guest{n}@example.com": 1 for n in range(7)}
    with place.enter():
        found = Message.objects.filter(campaign=campaign)
        assert {(one.contact_id, one.status, one.purpose) for one in found} == {
            (one.pk, "sent", "marketing") for one in people
        }
    assert (results(place, campaign).sent, results(place, campaign).waiting) == (7, 0)
    assert CAMPAIGN_LEASES.due() == []


def test_the_gate_is_asked_when_each_message_leaves(place):
    people = guests(place, 3)
    campaign = draft(place, group_of(place, people))
    start(place, campaign)
    leave(place, people[1])

    work(place, campaign)

    assert written_to() == {"guest0@example.com": 1, "guest2@example.com": 1}
    assert recipients(place, campaign)["guest1@example.com"] == ("excluded", "unsubscribed")
    assert results(place, campaign).excluded == {"unsubscribed": 1}


def test_whoever_unsubscribes_while_the_campaign_runs_is_left_out(place, monkeypatch):
    people = guests(place, 4)
    campaign = draft(place, group_of(place, people))
    start(place, campaign)
    carry, left = carrying.carry, iter([None])
    addresses = set()

    def unsubscribe_another(message):
        for _once in left:
            other = next(one for one in people if one.email != message.address)
            leave(place, other)
            addresses.add(other.email)
        return carry(message)

    monkeypatch.setattr(carrying, "carry", unsubscribe_another)
    work(place, campaign)

    assert len(addresses) == 1
    assert addresses.isdisjoint(written_to())
    assert sum(written_to().values()) == 3


def test_the_audience_is_fixed_when_sending_starts(place):
    people = guests(place, 3)
    group = group_of(place, people)
    campaign = draft(place, group)
    start(place, campaign)
    later = guests(place, 1, prefix="late")
    with place.enter():
        groups.add(group, [later[0].pk])
        groups.remove(group, [people[0].pk])

    work(place, campaign)

    assert written_to() == {f"guest{n}@example.com": 1 for n in range(3)}


def test_who_left_the_list_or_has_another_address_is_left_out(place):
    people = guests(place, 3)
    campaign = draft(place, group_of(place, people))
    start(place, campaign)
    with place.enter():
        contact_bin.delete(people[0])
        editing.edit(people[1], {"email": "new@example.com"})

    work(place, campaign)

    assert written_to() == {"guest2@example.com": 1}
    assert results(place, campaign).excluded == {"contact_deleted": 1, "address_changed": 1}


def test_an_address_that_mail_bounces_off_gets_none(place):
    people = guests(place, 2)
    campaign = draft(place, group_of(place, people))
    with place.enter():
        deliverability.mark(people[0].email, ConsentChannel.EMAIL, at=timezone.now())
        assert campaigns.preview(campaign, at=timezone.now()).excluded == {"undeliverable": 1}
    start(place, campaign)

    work(place, campaign)

    assert written_to() == {"guest1@example.com": 1}
    assert results(place, campaign).excluded == {"undeliverable": 1}


def test_each_guest_reads_it_in_their_own_language_as_far_as_the_template_has_it(place):
    with place.enter():
        kind, channel = MessageKind.FREE, MessageChannel.EMAIL
        italian = message_templates.create(NewTemplate(kind, "T", "it", channel, "Ciao {first_name}", "Tartufi"))
        message_templates.create(NewTemplate(kind, "T", "fr", channel, "Salut {first_name}", "Truffes"))
    people = [
        *guests(place, 1, prefix="it", language="it"),
        *guests(place, 1, prefix="fr", language="fr"),
        *guests(place, 1, prefix="pl", language="pl"),
        *guests(place, 1, prefix="none"),
    ]
    campaign = draft(place, group_of(place, people), template=italian)
    start(place, campaign)

    work(place, campaign)

    assert {sent.to[0]: (sent.subject, sent.extra_headers["Content-Language"]) for sent in mail.outbox} == {
        "it0@example.com": ("Tartufi", "it"),
        "fr0@example.com": ("Truffes", "fr"),
        "pl0@example.com": ("Tartufi", "it"),
        "none0@example.com": ("Tartufi", "it"),
    }
    assert all(sent.body.startswith(("Ciao Name0", "Salut Name0")) for sent in mail.outbox)


def test_a_template_reworded_or_deleted_while_it_runs_changes_nothing(place):
    with place.enter():
        own = NewTemplate(MessageKind.FREE, "Truffles", "en", MessageChannel.EMAIL, "Come and taste.", "Truffles")
        template = message_templates.create(own)
    campaign = draft(place, group_of(place, guests(place, 2)), template=template)
    start(place, campaign)
    with place.enter():
        message_templates.delete(template)

    work(place, campaign)

    assert [sent.subject for sent in mail.outbox] == ["Truffles", "Truffles"]


def test_a_campaign_that_was_stopped_writes_to_nobody_any_more(place, monkeypatch):
    campaign = draft(place, group_of(place, guests(place, 5)))
    start(place, campaign)
    carry = carrying.carry

    def stop_after_the_second(message):
        carried = carry(message)
        if len(mail.outbox) == 2:
            with place.enter():
                campaigns.cancel(campaign, at=timezone.now())
        return carried

    monkeypatch.setattr(carrying, "carry", stop_after_the_second)

    stopped = work(place, campaign)

    assert (stopped.status, len(mail.outbox)) == ("cancelled", 2)
    assert (results(place, campaign).sent, results(place, campaign).waiting) == (2, 3)
    assert work(place, campaign).status == "cancelled"
    assert len(mail.outbox) == 2
    assert CAMPAIGN_LEASES.due() == []


def test_a_campaign_that_failed_is_sent_again_to_those_who_wait(place, monkeypatch):
    campaign = draft(place, group_of(place, guests(place, 3)))
    start(place, campaign)
    words = campaign_words.Texts.filled

    def stumble(*given):
        raise RuntimeError("a bug")

    monkeypatch.setattr(campaign_words.Texts, "filled", stumble)
    for attempt in range(1, campaign_waiting.ATTEMPTS[campaign_waiting.INTERNAL]):
        assert campaign_sending.work(place.id, campaign.pk, holder=str(attempt)) is False
        assert fresh(place, campaign).status == "sending"
    campaign_sending.work(place.id, campaign.pk, holder="last")
    failed = fresh(place, campaign)
    assert (failed.status, failed.failure, results(place, campaign).waiting) == ("failed", "internal_error", 3)

    monkeypatch.setattr(campaign_words.Texts, "filled", words)
    start(place, campaign)

    assert (work(place, campaign).status, len(mail.outbox)) == ("sent", 3)


def test_a_guest_erased_while_the_campaign_waits_leaves_no_trace_in_it(place):
    people = guests(place, 2)
    campaign = draft(place, group_of(place, people))
    start(place, campaign)
    with place.enter():
        campaign_audience.erase([people[0].pk])

    work(place, campaign)

    assert written_to() == {"guest1@example.com": 1}
    assert recipients(place, campaign) == {"": ("excluded", "contact_deleted"), "guest1@example.com": ("written", "")}
    assert results(place, campaign).recipients == 2


def test_guests_erased_after_it_keep_the_counts_as_they_were(place):
    people = guests(place, 3)
    campaign = draft(place, group_of(place, people))
    start(place, campaign)
    work(place, campaign)
    with place.enter():
        Message.objects.filter(campaign=campaign, contact__in=[one.pk for one in people[:2]]).update(address="")
        campaign_audience.erase([one.pk for one in people[:2]])

    found = results(place, campaign)

    assert (found.recipients, found.sent) == (3, 3)
    with place.enter():
        assert sorted(CampaignRecipient.objects.values_list("address", flat=True)) == ["", "", people[2].email]
