"""R-CRM-10: a mail server slower than the lease of a campaign: nobody is forgotten, and nobody is written to twice."""

from __future__ import annotations

import time

from django.conf import settings as project

from outreach import campaign_sending, carrying, delivering
from outreach.carrying import Carried, Fate
from outreach.models import CAMPAIGN_LEASES, Message
from tests.mail_server import mail_server
from tests.outreach.audiences import EVERYBODY, let_time_pass, recipients, results, until_sent, work, written_to

AWAY = "server_away"


def test_a_server_that_is_slow_at_every_step_has_the_time_for_one_mail_and_no_more(place, campaign, port, settings):
    settings.EMAIL_TIMEOUT = 1
    began = time.monotonic()

    with mail_server(port) as server:
        server.seconds = 0.4
        waiting = work(place, campaign)

    assert time.monotonic() - began < 2
    assert (waiting.status, waiting.failure) == ("sending", AWAY)
    assert (results(place, campaign).waiting, server.taken) == (8, {})


def test_the_lease_outlives_the_slowest_mail():
    assert CAMPAIGN_LEASES.lease.total_seconds() > project.EMAIL_TIMEOUT


def test_a_campaign_is_not_over_while_a_worker_that_lost_it_may_give_somebody_back(place, campaign):
    """The server is so slow that the lease lapses; another worker does the rest, and then the server says: later."""
    slow: list[str] = []

    def answer_late(message):
        if slow:
            return carrying.carry(message)
        slow.append(message.address)
        let_time_pass(place)
        assert work(place, campaign).status == "sending"
        return Carried(Fate.LATER, said="451 4.3.2 Come again")

    campaign_sending.work(place.id, campaign.pk, holder="slow", carry=answer_late)

    assert recipients(place, campaign)[slow[0]] == ("later", "")
    until_sent(place, campaign)
    assert written_to() == EVERYBODY
    assert (results(place, campaign).sent, results(place, campaign).waiting) == (8, 0)


def test_who_is_told_that_nobody_knows_is_not_given_back_by_an_answer_that_comes_even_later(place, campaign):
    def answer_too_late(message):
        with place.enter():
            Message.objects.filter(pk=message.pk).update(claimed_at="2020-01-01T00:00:00Z")
        delivering.deliver(place.id, message.pk)
        return Carried(Fate.AWAY, said="gone")

    campaign_sending.work(place.id, campaign.pk, holder="slow", carry=answer_too_late)

    until_sent(place, campaign)
    assert (results(place, campaign).sent, results(place, campaign).failed) == (7, 1)
