"""R-CRM-10: a campaign whose worker dies. Killed at any point it goes on, nobody is written to twice and nobody passed over."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest
from django.core import mail

from outreach import campaign_sending, carrying, delivering, sweeping
from outreach.models import CAMPAIGN_LEASES, Message
from tenants.leasing import Leases
from tests import workers
from tests.outreach.audiences import draft, fresh, group_of, guests, lapse, results, start, work, written_to

MANY = 600
TO = re.compile(r"^To: (.+)$", re.MULTILINE)


class Killed(BaseException):
    """Stands for kill -9 at one line: nothing catches it, the transaction at hand is lost."""


@pytest.mark.parametrize("after", range(1, 12))
def test_wherever_the_work_breaks_off_another_worker_finishes_it(place, monkeypatch, after):
    """The first worker dies at its n-th look at the lease: before, within or after each message."""
    monkeypatch.setattr(campaign_sending, "CHUNK", 2)
    campaign = draft(place, group_of(place, guests(place, 5)))
    start(place, campaign)
    hold, calls = Leases.hold, iter(range(1, 100))

    def dying_hold(leases, campaign_id, holder):
        hold(leases, campaign_id, holder)
        if next(calls) == after:
            raise Killed

    monkeypatch.setattr(Leases, "hold", dying_hold)
    try:
        work(place, campaign)
    except Killed:
        lapse(place)
    monkeypatch.setattr(Leases, "hold", hold)

    assert work(place, campaign).status == "sent"
    assert written_to() == {f"guest{n}@example.com": 1 for n in range(5)}
    assert results(place, campaign).sent == 5


def test_of_the_message_that_was_leaving_nobody_knows_and_it_is_not_sent_again(place, monkeypatch):
    campaign = draft(place, group_of(place, guests(place, 3)))
    start(place, campaign)
    carry = carrying.carry

    def die(message):
        raise Killed

    monkeypatch.setattr(carrying, "carry", die)
    with pytest.raises(Killed):
        work(place, campaign)
    monkeypatch.setattr(carrying, "carry", carry)
    lapse(place)

    assert work(place, campaign).status == "sending"
    assert (results(place, campaign).sent, results(place, campaign).waiting) == (2, 1)
    with place.enter():
        doubtful = Message.objects.get(campaign=campaign, status="queued")
        Message.objects.filter(pk=doubtful.pk).update(claimed_at="2020-01-01T00:00:00Z")
    assert sweeping.due() == [(place.id, doubtful.pk)]
    delivering.deliver(place.id, doubtful.pk)
    lapse(place)

    assert work(place, campaign).status == "sent"
    assert doubtful.address not in written_to()
    found = results(place, campaign)
    assert (found.sent, found.failed, found.waiting) == (2, 1, 0)


def test_two_workers_never_work_on_one_campaign(place):
    campaign = draft(place, group_of(place, guests(place, 2)))
    start(place, campaign)
    with place.enter():
        assert CAMPAIGN_LEASES.take(campaign.pk, "first") is not None

    assert campaign_sending.work(place.id, campaign.pk, holder="second") is False

    assert mail.outbox == []
    lapse(place)
    assert CAMPAIGN_LEASES.due() == [(place.id, campaign.pk)]


def test_a_campaign_survives_the_kill_of_its_worker(place, tmp_path, monkeypatch):
    """Real processes, a real kill: each address has its mail in the folder once, but for the one that was just leaving."""
    letters = tmp_path / "letters"
    letters.mkdir()
    monkeypatch.setenv("EMAIL_URL", f"filemail:///{letters}")
    # The lease of a killed worker lasts as long as a server may be waited for, and more.
    monkeypatch.setenv("EMAIL_TIMEOUT", "1")
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
        # The one that was just leaving holds up the end until nobody can be sending it any more.
        wait_until(place, campaign, is_done_but_for_one, seconds=90)

    found = results(place, campaign)
    with place.enter():
        doubtful = set(Message.objects.filter(campaign=campaign, status="queued").values_list("address", flat=True))
    got = Counter(address for one in letters.iterdir() for address in TO.findall(one.read_text()))
    assert len(doubtful) <= 1
    assert found.sent + len(doubtful) == MANY
    assert set(got.values()) == {1}
    assert {one.email for one in people} - set(got) <= doubtful


def is_done_but_for_one(now, found):
    return now.status == "sent" or (found.waiting == 1 and not now.lease_holder)


def wait_until(place, campaign, reached, *, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if reached(fresh(place, campaign), results(place, campaign)):
            return
        time.sleep(0.1)
    pytest.fail(f"still {fresh(place, campaign).status} with {results(place, campaign)} after {seconds} s")
