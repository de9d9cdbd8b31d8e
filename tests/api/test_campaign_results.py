"""`campaigns/`: sent once, stopped, and what became of it (R-CRM-10, R-CONSENT-4, R-PRIV-1)."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from outreach.models import Message
from tests.api.campaigning import actions, contact_in, drafted, read, reserve, work
from tests.api.test_problems import assert_problem
from tests.outreach.people import agree, leave


def test_sending_answers_at_once_and_the_worker_writes_one_communication_each(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)

    answer = key.post(f"campaigns/{made['id']}/send/")

    assert answer.status_code == 202
    sending = answer.json()
    assert (sending["status"], sending["progress"]) == ("sending", {"done": 0, "total": 4})
    assert mail.outbox == []
    work(trattoria, made)
    done = read(key, made)
    assert (done["status"], done["progress"]) == ("sent", {"done": 4, "total": 4})
    assert done["results"] == {
        "recipients": 4,
        "waiting": 0,
        "sent": 2,
        "failed": 0,
        "excluded": {"no_address": 1, "unsubscribed": 1, "not_marketable": 1},
        "unsubscribed": 0,
        "bookings": 0,
    }
    assert sorted(sent.to[0] for sent in mail.outbox) == ["anna@example.com", "bruno@example.com"]
    (written,) = key.get(f"contacts/{guests['anna']}/communications/").json()["results"]
    assert (written["type"], written["status"], written["channel"]) == ("invite", "sent", "email")
    assert key.get(f"messages/{written['id']}/").json()["campaign"] == made["id"]
    assert key.get(f"contacts/{guests['carla']}/communications/").json()["results"] == []
    assert actions(key, made) == ["campaign_finished", "campaign_sent", "campaign_created"]


def test_every_mail_of_a_campaign_says_how_to_unsubscribe_and_whom_it_is_from(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)
    key.post(f"campaigns/{made['id']}/send/")
    work(trattoria, made)

    for sent in mail.outbox:
        assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert trattoria.venue.postal_address in sent.body


def test_a_campaign_is_sent_once(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)
    key.post(f"campaigns/{made['id']}/send/")

    refused = assert_problem(key.post(f"campaigns/{made['id']}/send/"), 409, "campaign_not_draft")
    work(trattoria, made)
    again = assert_problem(key.post(f"campaigns/{made['id']}/send/"), 409, "campaign_not_draft")
    work(trattoria, made)

    assert (refused["campaign_status"], again["campaign_status"]) == ("sending", "sent")
    assert len(mail.outbox) == 2


def test_the_same_request_again_by_its_key_is_the_same_answer(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)
    headers = {"Idempotency-Key": "once"}

    first = key.post(f"campaigns/{made['id']}/send/", **headers)
    second = key.post(f"campaigns/{made['id']}/send/", **headers)

    assert (first.status_code, second.status_code, first.json()) == (202, 202, second.json())


def test_a_campaign_at_work_is_stopped_and_one_that_is_not_cannot_be(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)
    assert_problem(key.post(f"campaigns/{made['id']}/cancel/"), 409, "campaign_not_sending")
    key.post(f"campaigns/{made['id']}/send/")

    assert key.post(f"campaigns/{made['id']}/cancel/").json()["status"] == "cancelled"

    work(trattoria, made)
    assert mail.outbox == []
    assert (read(key, made)["status"], read(key, made)["results"]["waiting"]) == ("cancelled", 4)
    assert_problem(key.post(f"campaigns/{made['id']}/cancel/"), 409, "campaign_not_sending")
    assert_problem(key.post(f"campaigns/{made['id']}/send/"), 409, "campaign_not_draft")
    assert actions(key, made)[0] == "campaign_cancelled"


def test_an_sms_goes_once_to_a_phone_that_a_family_shares(key, trattoria, guests, group):
    for name in ("maria", "mario"):
        last = contact_in(key, group, first_name=name, email=f"{name}@example.com", phone="+393337654321")
    agree(key, last, trattoria, channel="sms")
    made = drafted(key, trattoria, group=group, channel="sms")

    found = key.get(f"campaigns/{made['id']}/preview/").json()

    left_out = {"no_address": 4, "duplicate_address": 1, "not_marketable": 1}
    assert (found["count"], found["excluded"]) == (1, left_out)
    assert key.post(f"campaigns/{made['id']}/send/").status_code == 202
    work(trattoria, made)
    with trattoria.enter():
        assert [str(one.contact_id) for one in Message.objects.filter(campaign=made["id"])] == [last]
    assert read(key, made)["results"]["excluded"] == left_out


def test_a_segment_is_taken_as_it_is_when_the_campaign_is_sent(key, trattoria, guests):
    segment = key.post("segments/", {"name": "Italians", "filters": {"language": "it"}}).json()["id"]
    made = drafted(key, trattoria, segment=segment)
    assert key.get(f"campaigns/{made['id']}/preview/").json()["count"] == 1
    key.patch(f"segments/{segment}/", {"filters": {"language": "fr"}})

    key.post(f"campaigns/{made['id']}/send/")
    work(trattoria, made)

    assert [sent.to for sent in mail.outbox] == [["bruno@example.com"]]


def test_the_results_tell_who_unsubscribed_after_the_message(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)
    key.post(f"campaigns/{made['id']}/send/")
    work(trattoria, made)

    leave(key, guests["anna"], trattoria)

    assert read(key, made)["results"]["unsubscribed"] == 1
    (listed,) = key.get("campaigns/").json()["results"]
    assert listed["results"] == read(key, made)["results"]


def test_the_results_count_the_bookings_that_recipients_made_within_thirty_days(key, trattoria, guests, group):
    reserve(key, trattoria, guests["anna"])
    made = drafted(key, trattoria, group=group)
    key.post(f"campaigns/{made['id']}/send/")
    work(trattoria, made)

    counted = [reserve(key, trattoria, guests["anna"]) for _time in range(2)]
    reserve(key, trattoria, guests["anna"], venue=str(trattoria.venues[1].pk))
    reserve(key, trattoria, guests["dario"])
    reserve(key, trattoria, guests["bruno"], kind="walk_in")
    assert read(key, made)["results"]["bookings"] == 2

    key.post(f"bookings/{counted[0]}/status/", {"status": "cancelled"})
    assert read(key, made)["results"]["bookings"] == 1
    with trattoria.enter():
        Message.objects.filter(campaign=made["id"]).update(sent_at=timezone.now() - datetime.timedelta(days=31))
    assert read(key, made)["results"]["bookings"] == 0


@pytest.mark.parametrize("has_left", [True, False])
def test_erasing_a_guest_changes_no_count(key, trattoria, guests, group, has_left):
    """R-PRIV-1: totals stay, and nobody can tell from them who it was."""
    made = drafted(key, trattoria, group=group)
    key.post(f"campaigns/{made['id']}/send/")
    work(trattoria, made)
    if has_left:
        leave(key, guests["anna"], trattoria)
    before = read(key, made)["results"]

    assert key.post(f"contacts/{guests['anna']}/erase/", {"confirm": "anna@example.com"}).status_code in (200, 202, 204)

    assert before["unsubscribed"] == int(has_left)
    assert read(key, made)["results"] == before


def test_who_unsubscribed_before_being_erased_is_left_out_when_they_come_back(key, trattoria, guests, group):
    key.post(f"contacts/{guests['carla']}/erase/", {"confirm": "carla@example.com"})
    contact_in(key, group, first_name="Carla", email="carla@example.com")
    made = drafted(key, trattoria, group=group)

    found = key.get(f"campaigns/{made['id']}/preview/").json()
    key.post(f"campaigns/{made['id']}/send/")
    work(trattoria, made)

    assert (found["count"], found["excluded"]["unsubscribed"]) == (2, 1)
    assert read(key, made)["results"]["excluded"]["unsubscribed"] == 1
    assert sorted(sent.to[0] for sent in mail.outbox) == ["anna@example.com", "bruno@example.com"]
