"""R-CRM-10: a mail server that is away uses up nobody: the campaign waits, and then everybody gets one mail."""

from __future__ import annotations

import datetime
import re

import pytest
from django.utils import timezone

from crm import erasure
from outreach import campaign_waiting, carrying, sms
from outreach.carrying import Carried, Fate
from outreach.models import CAMPAIGN_LEASES, Campaign, Message
from tests.mail_server import HANG_UP, mail_server
from tests.outreach.audiences import EVERYBODY, let_time_pass, recipients, results, start, work

AWAY = "server_away"


def pause_of(campaign):
    """How many seconds it waits from now on."""
    assert campaign.retry_at is not None
    return (campaign.retry_at - timezone.now()).total_seconds()


def test_a_server_that_is_down_uses_up_nobody_and_once_it_is_back_everybody_gets_one_mail(place, campaign, port):
    waiting = work(place, campaign)

    assert (waiting.status, waiting.failure, waiting.lease_holder) == ("sending", AWAY, "")
    assert pause_of(waiting) > 0
    assert set(recipients(place, campaign).values()) == {("waiting", "")}
    assert (results(place, campaign).waiting, results(place, campaign).failed) == (8, 0)
    with place.enter():
        assert Message.objects.count() == 0

    let_time_pass(place)
    with mail_server(port) as server:
        done = work(place, campaign)

    assert (done.status, done.failure, done.attempt_count, done.retry_at) == ("sent", "", 0, None)
    assert server.taken == EVERYBODY
    assert (results(place, campaign).sent, results(place, campaign).failed) == (8, 0)


def test_the_pauses_grow_to_a_quarter_of_an_hour_and_after_a_day_it_fails_with_nobody_used_up(place, campaign, port):
    pauses = []
    for _attempt in range(campaign_waiting.ATTEMPTS[AWAY] - 1):
        pauses.append(round(pause_of(work(place, campaign))))
        let_time_pass(place)

    assert pauses[:8] == [10, 20, 40, 80, 160, 320, 640, 900]
    assert set(pauses[8:]) == {900}
    assert sum(pauses) > datetime.timedelta(hours=23).total_seconds()
    failed = work(place, campaign)
    assert (failed.status, failed.failure, results(place, campaign).waiting) == ("failed", AWAY, 8)

    start(place, campaign)
    with mail_server(port) as server:
        assert work(place, campaign).status == "sent"
    assert server.taken == EVERYBODY


def test_who_is_refused_for_good_has_failed_with_the_reason_and_the_others_get_their_mail(place, campaign, port):
    with mail_server(port) as server:
        server.answers["RCPT guest3@example.com"] = "550 5.1.1 No such mailbox"
        done = work(place, campaign)

    assert done.status == "sent"
    assert server.taken == {address: 1 for address in EVERYBODY if address != "guest3@example.com"}
    with place.enter():
        (refused,) = Message.objects.filter(campaign=campaign, status="failed")
    assert (refused.address, refused.error) == ("guest3@example.com", "refused")
    assert refused.error_detail == "550 5.1.1 No such mailbox"


def test_who_is_asked_to_come_later_comes_after_all_others(place, campaign, port):
    with mail_server(port) as server:
        server.answers["RCPT guest0@example.com"] = "451 4.7.1 Greylisted, come again"
        waiting = work(place, campaign)
        assert (waiting.status, waiting.failure) == ("sending", AWAY)
        assert (results(place, campaign).sent, results(place, campaign).waiting) == (7, 1)

        server.answers.clear()
        let_time_pass(place)
        assert work(place, campaign).status == "sent"

    assert server.taken == EVERYBODY
    assert server.asked["guest0@example.com"] == 2


def test_one_mailbox_that_is_full_for_a_day_has_failed_then_and_the_campaign_is_sent(place, campaign, port):
    with mail_server(port) as server:
        server.answers["RCPT guest0@example.com"] = "452 4.2.2 Mailbox full"
        work(place, campaign)
        with place.enter():
            Campaign.objects.update(attempt_count=campaign_waiting.ATTEMPTS[AWAY] - 1)
        let_time_pass(place)
        assert work(place, campaign).status == "sent"

    with place.enter():
        (failed,) = Message.objects.filter(campaign=campaign, status="failed")
    assert (failed.address, failed.error_detail) == ("guest0@example.com", "452 4.2.2 Mailbox full")


SHUT = [
    {"RCPT": "450 4.7.1 Too many connections"},
    {"RCPT": "421 4.3.2 Closing"},
    {"DATA": "451 4.3.0 Queue full"},
    {"END": "451 4.3.0 Disk full"},
    {"MAIL": "550 5.7.1 Sender unknown"},
    {"MAIL": HANG_UP},
    {"RCPT": HANG_UP},
    {"EHLO": "421 4.3.2 Closing", "HELO": "421 4.3.2 Closing"},
]


@pytest.mark.parametrize("answers", SHUT, ids=str)
def test_a_server_that_takes_nothing_just_now_uses_up_nobody(place, campaign, port, answers):
    with mail_server(port) as server:
        server.answers = dict(answers)
        waiting = work(place, campaign)
        assert (waiting.status, waiting.failure) == ("sending", AWAY)
        assert (results(place, campaign).waiting, results(place, campaign).failed) == (8, 0)

        server.answers.clear()
        let_time_pass(place)
        if work(place, campaign).status == "sending":
            let_time_pass(place)
            assert work(place, campaign).status == "sent"

    assert server.taken == EVERYBODY


def test_a_mail_whose_text_the_server_has_without_an_answer_is_in_doubt_and_not_sent_again(place, campaign, port):
    with mail_server(port) as server:
        server.answers["END"] = HANG_UP
        waiting = work(place, campaign)
        assert (waiting.status, waiting.failure, sum(server.taken.values())) == ("sending", AWAY, 1)
        with place.enter():
            (doubtful,) = Message.objects.filter(campaign=campaign)
        assert (doubtful.status, doubtful.error) == ("failed", "interrupted")

        server.answers.clear()
        let_time_pass(place)
        assert work(place, campaign).status == "sent"

    assert server.taken == EVERYBODY


def test_a_server_that_hangs_up_instead_of_saying_goodbye_has_taken_the_mail(place, campaign, port):
    with mail_server(port) as server:
        server.answers["QUIT"] = HANG_UP
        assert work(place, campaign).status == "sent"

    assert server.taken == EVERYBODY
    assert results(place, campaign).sent == 8


def test_whoever_is_erased_while_the_server_is_asked_is_not_written_to_later(place, campaign, port, monkeypatch):
    carry = carrying.carry
    erased: list[str] = []

    def erase_meanwhile(message):
        if not erased:
            erased.append(message.address)
            with place.enter():
                erasure.erase(message.contact, confirm=message.address, at=timezone.now())
        return carry(message)

    monkeypatch.setattr(carrying, "carry", erase_meanwhile)
    work(place, campaign)
    let_time_pass(place)
    with mail_server(port) as server:
        work(place, campaign)

    assert server.taken == {address: 1 for address in EVERYBODY if address not in erased}
    assert erased[0] not in recipients(place, campaign)


def test_a_campaign_that_is_stopped_while_it_waits_writes_to_nobody(place, campaign, port, bearer):
    work(place, campaign)

    stopped = bearer(place).post(f"campaigns/{campaign.pk}/cancel/").json()

    assert (stopped["status"], stopped["failure"], stopped["retry_at"]) == ("cancelled", "", None)
    assert CAMPAIGN_LEASES.due() == []


def test_staff_and_keys_see_that_it_waits_and_until_when(place, campaign, port, bearer):
    at = work(place, campaign).retry_at
    assert at is not None

    read = bearer(place).get(f"campaigns/{campaign.pk}/").json()
    page = place.signed_in("owner").get(f"/t/{place.tenant.slug}/campaigns/{campaign.pk}/").content.decode()
    listed = place.signed_in("owner").get(f"/t/{place.tenant.slug}/campaigns/").content.decode()

    assert (read["failure"], datetime.datetime.fromisoformat(read["retry_at"])) == (AWAY, at)
    said = f"trying again at {at.astimezone(place.venue.zone):%H:%M}"
    assert said in re.sub(r"\s+", " ", page)
    assert f'data-retry="{int(at.timestamp())}"' in page
    assert said in re.sub(r"\s+", " ", listed)


@pytest.mark.parametrize(
    ("error", "fate"),
    [(TimeoutError(), Fate.DOUBTFUL), (ConnectionRefusedError("refused"), Fate.AWAY), (OSError("no route"), Fate.AWAY)],
)
def test_an_sms_that_may_have_left_is_in_doubt_and_one_that_did_not_can_be_tried_again(
    inside, monkeypatch, error, fate
):
    class Away:
        def send(self, to, text):
            raise error

    monkeypatch.setattr(sms, "provider", Away)

    carried = carrying.carry(Message(channel="sms", address="+393331234567", text="Come"))

    assert carried == Carried(fate, said=str(error) or "TimeoutError")
