"""Every commercial message says whom it is from and how to end it; without that none leaves (R-CONSENT-4)."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from outreach import campaign_sending, carrying, sender
from outreach.models import Message
from tests.api.test_problems import assert_problem
from tests.outreach.audiences import draft, group_of, guests, results, start, work
from tests.outreach.people import ANNA, KeepingProvider, agree, book, contact, deliver, write
from tests.outreach.test_sending import read

SENDER = "-- \nTrattoria Ltd\nMain Street 1, Springfield\nhello@example.com\n"


@pytest.fixture
def anna(key, trattoria):
    anna = contact(key, language="en")
    for channel in ("email", "sms"):
        agree(key, anna, trattoria, channel=channel)
    return anna


def send(key, place, anna, **body):
    answer = write(key, anna, **body)
    assert answer.status_code == 201, answer.json()
    deliver(place, answer.json()["id"])
    return answer.json()["id"]


def test_a_mail_carries_the_sender_and_the_links(key, trattoria, anna):
    send(key, trattoria, anna, template="invite")

    body = str(mail.outbox[0].body)
    assert SENDER in body
    assert re.search(r"^Unsubscribe: http\S+/unsubscribe/\S+$", body, re.MULTILINE)
    assert re.search(r"http\S+/preferences/\S+$", body, re.MULTILINE)


def test_one_click_of_the_mail_program_unsubscribes(key, trattoria, anna):
    """RFC 8058: both headers, and the address in them takes the POST."""
    send(key, trattoria, anna, template="invite")
    (sent,) = mail.outbox
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    [url] = re.findall(r"^<https?://[^/]+(/unsubscribe/.+)>$", sent.extra_headers["List-Unsubscribe"])

    answer = Client(enforce_csrf_checks=True).post(
        url, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 200
    assert_problem(write(key, anna, template="invite"), 409, "not_marketable")
    consents = key.get(f"contacts/{anna}/").json()["consents"]
    assert {one["channel"]: one["status"] for one in consents} == {"email": "unsubscribed", "sms": "explicit"}


def test_a_request_for_an_opinion_can_be_ended_as_well(key, trattoria):
    anna = contact(key, language="en")
    book(key, anna, trattoria)
    send(key, trattoria, anna, template="ask_opinion")

    assert "Unsubscribe: " in mail.outbox[0].body
    assert "List-Unsubscribe" in mail.outbox[0].extra_headers


def test_an_answer_is_no_advertising(key, trattoria):
    anna = contact(key)
    body = {"venue": str(trattoria.venue.pk), "subject": "Dogs", "message": "Are dogs welcome?", "guest": ANNA}
    key.post("inquiries/", body)
    send(key, trattoria, anna, subject="Dogs", text="They are.", venue=str(trattoria.venue.pk))

    assert mail.outbox[0].body == "They are."
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


@pytest.mark.parametrize(("language", "word"), [("en", "STOP"), ("fr", "ARRET"), ("it", "STOP"), ("pl", "STOP")])
def test_an_sms_names_the_sender_and_the_word_that_ends_it(key, trattoria, settings, language, word):
    settings.SMS_PROVIDER = "tests.outreach.people.KeepingProvider"
    KeepingProvider.sent.clear()
    anna = contact(key, language=language)
    agree(key, anna, trattoria, channel="sms")
    send(key, trattoria, anna, channel="sms", template="invite")

    [(_phone, said)] = KeepingProvider.sent
    assert re.search(rf"\nTrattoria Ltd\. .*\b{word}\b", said)


def test_with_its_ending_an_sms_still_has_to_fit(key, trattoria, anna):
    ending = sender.sms_ending(trattoria.venue, "en")
    longest = 918 - len(ending) - 1

    assert write(key, anna, channel="sms", text="x" * longest).status_code == 201
    assert_problem(write(key, anna, channel="sms", text="x" * (longest + 1)), 400, "invalid")


@pytest.mark.parametrize("missing", ["legal_name", "postal_address", "contact_details"])
def test_without_the_senders_data_no_marketing_is_taken_in_and_the_refusal_says_what_is_missing(
    key, trattoria, anna, missing
):
    key.patch(f"venues/{trattoria.venue.pk}/", {missing: ""})

    refused = assert_problem(write(key, anna, template="invite"), 409, "sender_incomplete")

    assert refused["missing"] == [missing]
    with trattoria.enter():
        assert not Message.objects.exists()


def test_what_was_queued_before_does_not_leave_without_them_either(key, trattoria, anna):
    message = write(key, anna, template="invite").json()["id"]
    key.patch(f"venues/{trattoria.venue.pk}/", {"legal_name": ""})
    deliver(trattoria, message)

    assert mail.outbox == []
    assert (read(key, message)["status"], read(key, message)["error"]) == ("failed", "sender_incomplete")


def without_sender(place):
    with place.enter():
        type(place.venue).objects.update(legal_name="", postal_address="", contact_details="")


def test_a_campaign_stops_at_once_where_the_venue_does_not_say_any_more_who_it_is_and_uses_up_nobody(
    commits, trattoria, key
):
    campaign = draft(trattoria, group_of(trattoria, guests(trattoria, 3)))
    start(trattoria, campaign)
    without_sender(trattoria)

    failed = work(trattoria, campaign)

    assert (failed.status, failed.failure, mail.outbox) == ("failed", "sender_incomplete", [])
    assert results(trattoria, campaign).waiting == 3
    assert_problem(key.post(f"campaigns/{campaign.pk}/send/"), 409, "sender_incomplete")
    assert (
        "add them and send again"
        in trattoria.signed_in().get(f"/t/{trattoria.tenant.slug}/campaigns/{campaign.pk}/").content.decode()
    )

    own = {"legal_name": "Da Mario S.r.l.", "postal_address": "Via Roma 1, Milano", "contact_details": "+39 02 1234567"}
    key.patch(f"venues/{trattoria.venue.pk}/", own)
    start(trattoria, campaign)
    assert work(trattoria, campaign).status == "sent"
    assert len(mail.outbox) == 3


def test_a_campaign_says_who_the_venue_is_by_its_settings_of_the_moment(commits, trattoria, key):
    campaign = draft(trattoria, group_of(trattoria, guests(trattoria, 2)))
    start(trattoria, campaign)

    def move(message):
        key.patch(f"venues/{trattoria.venue.pk}/", {"postal_address": "Via Nuova 2, Milano"})
        return carrying.carry(message)

    campaign_sending.work(trattoria.id, campaign.pk, holder="worker", carry=move)

    assert ["Via Nuova 2, Milano" in str(sent.body) for sent in mail.outbox] == [False, True]


def test_service_goes_out_under_the_name_of_the_venue(key, trattoria):
    for name in ("legal_name", "postal_address", "contact_details"):
        key.patch(f"venues/{trattoria.venue.pk}/", {name: ""})
    anna = contact(key)
    book(key, anna, trattoria)
    send(key, trattoria, anna, template="ask_opinion")

    assert "-- \nCentro\n\n" in mail.outbox[0].body


def test_the_senders_data_are_the_venues_settings(key, trattoria):
    own = {"legal_name": "Da Mario S.r.l.", "postal_address": "Via Roma 1, Milano", "contact_details": "+39 02 1234567"}
    answer = key.patch(f"venues/{trattoria.venue.pk}/", own)

    assert {name: answer.json()[name] for name in own} == own
