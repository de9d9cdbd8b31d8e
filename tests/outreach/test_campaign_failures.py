"""R-CRM-10: who is refused has failed, but a mail server that refuses everybody uses up nobody."""

from __future__ import annotations

import pytest

from outreach import campaign_failures, campaign_waiting
from outreach.models import CampaignRecipient
from tests.mail_server import mail_server
from tests.outreach.audiences import (
    EVERYBODY,
    draft,
    fresh,
    group_of,
    guests,
    let_time_pass,
    results,
    start,
    until_sent,
    work,
)

NO = "554 5.7.1 Relay access denied"


def test_a_server_that_refuses_one_after_the_other_uses_up_nobody(place, campaign, port):
    with mail_server(port) as server:
        server.answers["RCPT"] = NO
        waiting = work(place, campaign)
        assert (waiting.status, waiting.failure) == ("sending", "server_refuses")
        assert sum(server.asked.values()) == campaign_failures.MOST_FAILURES
        assert (results(place, campaign).failed, results(place, campaign).waiting) == (0, 8)

        server.answers.clear()
        until_sent(place, campaign)

    assert server.taken == EVERYBODY
    assert (results(place, campaign).sent, results(place, campaign).failed) == (8, 0)


@pytest.mark.parametrize("count", [8, 30])
def test_refusing_everybody_all_the_time_it_makes_the_campaign_fail_with_everybody_waiting(place, port, count):
    campaign = draft(place, group_of(place, guests(place, count)))
    with mail_server(port) as server:
        server.answers["RCPT"] = NO
        for _again in range(2):
            start(place, campaign)
            for _attempt in range(campaign_waiting.ATTEMPTS["server_refuses"] - 1):
                assert work(place, campaign).status == "sending"
                let_time_pass(place)
            failed = work(place, campaign)
            assert (failed.status, failed.failure) == ("failed", "server_refuses")
            assert (results(place, campaign).failed, results(place, campaign).waiting) == (0, count)

        server.answers.clear()
        start(place, campaign)
        assert work(place, campaign).status == "sent"

    assert set(server.taken.values()) == {1}
    assert results(place, campaign).sent == count


def test_mailboxes_that_are_gone_and_stand_side_by_side_are_refused_a_second_time_and_have_failed_then(place, port):
    campaign = draft(place, group_of(place, guests(place, 12)))
    start(place, campaign)
    turns = in_turn(place, campaign)
    with mail_server(port) as server:
        server.answers = {f"RCPT {address}": "550 5.1.1 No such mailbox" for address in turns[2:9]}
        until_sent(place, campaign)

    assert sorted(server.taken) == sorted(turns[:2] + turns[9:])
    found = results(place, campaign)
    assert (found.sent, found.failed, found.waiting) == (5, 7, 0)


def test_at_the_end_of_a_campaign_nobody_can_tell_such_mailboxes_from_a_server_that_refuses_everybody(place, port):
    campaign = draft(place, group_of(place, guests(place, 8)))
    start(place, campaign)
    turns = in_turn(place, campaign)
    with mail_server(port) as server:
        server.answers = {f"RCPT {address}": "550 5.1.1 No such mailbox" for address in turns[3:]}
        while work(place, campaign).status == "sending":
            let_time_pass(place)

    assert fresh(place, campaign).failure == "server_refuses"
    assert (results(place, campaign).sent, results(place, campaign).waiting) == (3, 5)


def in_turn(place, campaign):
    """The addresses in the order in which they are written to."""
    with place.enter():
        return list(
            CampaignRecipient.objects.filter(campaign=campaign).order_by("id").values_list("address", flat=True)
        )
