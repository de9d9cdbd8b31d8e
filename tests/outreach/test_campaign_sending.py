"""R-CRM-10: a campaign in the worker. Killed at any point it goes on, nobody is written to twice and nobody passed over."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest
from django.core import mail
from django.utils import timezone

from consent import deliverability
from consent.status import ConsentChannel
from crm import bin as contact_bin
from crm import editing, groups
from outreach import (
    campaign_audience,
    campaign_leasing,
    campaign_results,
    campaign_sending,
    campaign_words,
    campaigns,
    delivering,
    message_templates,
    sweeping,
)
from outreach.message_templates import NewTemplate
from outreach.models import Campaign, CampaignRecipient, Message, MessageChannel, MessageKind
from tests import workers
from tests.outreach.audiences import draft, fresh, group_of, guests, leave, recipients, start, work

MANY = 600
TO = re.compile(r"^To: (.+)$", re.MULTILINE)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def place(commits, trattoria):
    return trattoria


def written_to():
    """How often each address got a mail."""
    return Counter(address for sent in mail.outbox for address in sent.to)


def results(place, campaign):
    with place.enter():
        return campaign_results.of([Campaign.objects.get(pk=campaign.pk)])[campaign.pk]


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
    assert campaign_leasing.due() == []


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
    send, left = delivering.send_claimed, iter([None])
    addresses = set()

    def unsubscribe_another(tenant_id, message):
        for _once in left:
            other = next(one for one in people if one.email != message.address)
            leave(place, other)
            addresses.add(other.email)
        return send(tenant_id, message)

    monkeypatch.setattr(delivering, "send_claimed", unsubscribe_another)
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
    send = delivering.send_claimed

    def stop_after_the_second(tenant_id, message):
        has_left = send(tenant_id, message)
        if len(mail.outbox) == 2:
            with place.enter():
                campaigns.cancel(campaign, at=timezone.now())
        return has_left

    monkeypatch.setattr(delivering, "send_claimed", stop_after_the_second)

    stopped = work(place, campaign)

    assert (stopped.status, len(mail.outbox)) == ("cancelled", 2)
    assert (results(place, campaign).sent, results(place, campaign).waiting) == (2, 3)
    assert work(place, campaign).status == "cancelled"
    assert len(mail.outbox) == 2
    assert campaign_leasing.due() == []


class Killed(BaseException):
    """Stands for kill -9 at one line: nothing catches it, the transaction at hand is lost."""


@pytest.mark.parametrize("after", range(1, 12))
def test_wherever_the_work_breaks_off_another_worker_finishes_it(place, monkeypatch, after):
    """The first worker dies at its n-th look at the lease: before, within or after each message."""
    monkeypatch.setattr(campaign_sending, "CHUNK", 2)
    campaign = draft(place, group_of(place, guests(place, 5)))
    start(place, campaign)
    hold, calls = campaign_leasing.hold, iter(range(1, 100))

    def dying_hold(campaign_id, holder):
        hold(campaign_id, holder)
        if next(calls) == after:
            raise Killed

    monkeypatch.setattr(campaign_leasing, "hold", dying_hold)
    try:
        work(place, campaign)
    except Killed:
        lapse(place)
    monkeypatch.setattr(campaign_leasing, "hold", hold)

    assert work(place, campaign).status == "sent"
    assert written_to() == {f"guest{n}@example.com": 1 for n in range(5)}
    assert results(place, campaign).sent == 5


def test_of_the_message_that_was_leaving_nobody_knows_and_it_is_not_sent_again(place, monkeypatch):
    campaign = draft(place, group_of(place, guests(place, 3)))
    start(place, campaign)
    send = delivering.send_claimed

    def die(tenant_id, message):
        raise Killed

    monkeypatch.setattr(delivering, "send_claimed", die)
    with pytest.raises(Killed):
        work(place, campaign)
    monkeypatch.setattr(delivering, "send_claimed", send)
    lapse(place)

    assert work(place, campaign).status == "sent"
    assert (results(place, campaign).sent, results(place, campaign).waiting) == (2, 1)
    with place.enter():
        doubtful = Message.objects.get(campaign=campaign, status="queued")
        Message.objects.filter(pk=doubtful.pk).update(claimed_at="2020-01-01T00:00:00Z")
    assert sweeping.due() == [(place.id, doubtful.pk)]
    delivering.deliver(place.id, doubtful.pk)

    assert doubtful.address not in written_to()
    found = results(place, campaign)
    assert (found.sent, found.failed, found.waiting) == (2, 1, 0)


def lapse(place):
    """The lease of the dead worker runs out, and the sweeper finds the campaign."""
    with place.enter():
        Campaign.objects.filter(status="sending").update(lease_until="2020-01-01T00:00:00Z")


def test_two_workers_never_work_on_one_campaign(place):
    campaign = draft(place, group_of(place, guests(place, 2)))
    start(place, campaign)
    with place.enter():
        assert campaign_leasing.take(campaign.pk, "first") is not None

    assert campaign_sending.work(place.id, campaign.pk, holder="second") is False

    assert mail.outbox == []
    lapse(place)
    assert campaign_leasing.due() == [(place.id, campaign.pk)]


def test_a_mail_server_that_refuses_everybody_spares_the_rest_and_the_campaign_goes_on_later(place, settings):
    campaign = draft(place, group_of(place, guests(place, 8)))
    start(place, campaign)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", 9

    assert work(place, campaign).status == "sending"
    assert (results(place, campaign).failed, results(place, campaign).waiting) == (campaign_sending.MOST_FAILURES, 3)
    settings.EMAIL_BACKEND = backend
    lapse(place)

    assert work(place, campaign).status == "sent"
    found = results(place, campaign)
    assert (found.sent, found.failed, found.waiting) == (3, 5, 0)


def test_a_campaign_that_failed_is_sent_again_to_those_who_wait(place, monkeypatch):
    campaign = draft(place, group_of(place, guests(place, 3)))
    start(place, campaign)
    words = campaign_words.Texts.filled

    def stumble(*given):
        raise RuntimeError("a bug")

    monkeypatch.setattr(campaign_words.Texts, "filled", stumble)
    for attempt in range(1, campaign_sending.MAX_ATTEMPTS):
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


def test_a_campaign_survives_the_kill_of_its_worker(place, tmp_path, monkeypatch):
    """Real processes, a real kill: each address has its mail in the folder once, but for the one that was just leaving."""
    letters = tmp_path / "letters"
    letters.mkdir()
    monkeypatch.setenv("EMAIL_URL", f"filemail:///{letters}")
    people = guests(place, MANY)
    campaign = draft(place, group_of(place, people))

    with workers.programs(tmp_path) as programs:
        first = workers.worker(programs)
        start(place, campaign)
        wait_until(place, campaign, lambda _now, found: found.sent > 20, seconds=60)

        workers.kill(first)
        assert fresh(place, campaign).status == "sending"
        left = results(place, campaign)
        assert 20 < left.sent < MANY
        workers.worker(programs)
        workers.beat(programs)
        wait_until(place, campaign, lambda now, _found: now.status == "sent", seconds=90)

    found = results(place, campaign)
    with place.enter():
        doubtful = set(Message.objects.filter(campaign=campaign, status="queued").values_list("address", flat=True))
    got = Counter(address for one in letters.iterdir() for address in TO.findall(one.read_text()))
    assert len(doubtful) <= 1
    assert found.sent + len(doubtful) == MANY
    assert set(got.values()) == {1}
    assert {one.email for one in people} - set(got) <= doubtful


def wait_until(place, campaign, reached, *, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if reached(fresh(place, campaign), results(place, campaign)):
            return
        time.sleep(0.1)
    pytest.fail(f"still {fresh(place, campaign).status} with {results(place, campaign)} after {seconds} s")
