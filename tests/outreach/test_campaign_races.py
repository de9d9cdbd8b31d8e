"""R-CRM-10, R-PRIV-1: a campaign beside what others do in the same moment. Real threads, real commits."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from crm import erasure
from outreach import campaign_sending, campaigns, message_templates
from outreach.message_templates import NewTemplate
from outreach.models import MessageChannel, MessageKind, MessageTemplate
from tests.outreach.audiences import draft, fresh, group_of, guests, recipients, start, work

# As long as somebody who waits for a lock is given to show that they do.
MEANWHILE = 0.5


@pytest.fixture
def place(commits, trattoria):
    return trattoria


def erase(place, contact):
    with place.enter():
        erasure.erase(contact, confirm=contact.email, at=timezone.now())


def test_a_campaign_sent_while_a_guest_is_being_erased_does_not_keep_the_address(place):
    people = guests(place, 3)
    campaign = draft(place, group_of(place, people))

    with ThreadPoolExecutor(1) as pool:
        with place.enter():
            erasure.erase(people[0], confirm=people[0].email, at=timezone.now())
            sending = pool.submit(_and_close, start, place, campaign)
            time.sleep(MEANWHILE)
        sending.result(timeout=10)

    assert set(recipients(place, campaign)) == {people[1].email, people[2].email}


def test_a_guest_erased_while_a_campaign_is_being_sent_leaves_no_address_in_it(place):
    people = guests(place, 3)
    campaign = draft(place, group_of(place, people))

    with ThreadPoolExecutor(1) as pool:
        with place.enter():
            campaigns.send(campaign, at=timezone.now())
            erasing = pool.submit(_and_close, erase, place, people[0])
            time.sleep(MEANWHILE)
        erasing.result(timeout=10)

    assert set(recipients(place, campaign)) == {"", people[1].email, people[2].email}


def test_two_guests_are_erased_at_once_without_waiting_for_each_other(place):
    people = guests(place, 2)

    with ThreadPoolExecutor(1) as pool, place.enter():
        erasure.erase(people[0], confirm=people[0].email, at=timezone.now())
        pool.submit(_and_close, erase, place, people[1]).result(timeout=10)


def test_a_template_is_deleted_beside_the_campaign_that_is_written_from_it(place, monkeypatch):
    """The worker is about to write a message while staff delete the template."""
    with place.enter():
        own = NewTemplate(MessageKind.FREE, "Truffles", "en", MessageChannel.EMAIL, "Come and taste.", "Truffles")
        template = message_templates.create(own)
    campaign = draft(place, group_of(place, guests(place, 3)), template=template)
    start(place, campaign)
    compose, reached = campaign_sending._message, threading.Event()

    def slowly(*given):
        reached.set()
        time.sleep(MEANWHILE)
        return compose(*given)

    def delete():
        reached.wait(timeout=10)
        with place.enter():
            message_templates.delete(MessageTemplate.objects.get(pk=template.pk))

    monkeypatch.setattr(campaign_sending, "_message", slowly)
    with ThreadPoolExecutor(1) as pool:
        deleting = pool.submit(_and_close, delete)
        done = work(place, campaign)
        deleting.result(timeout=10)

    assert (done.status, done.failure) == ("sent", "")
    assert fresh(place, campaign).template_id is None
    with place.enter():
        assert [one.text for one in campaign.messages.all()] == ["Come and taste."] * 3


def _and_close(act, *given):
    try:
        return act(*given)
    finally:
        connections.close_all()
