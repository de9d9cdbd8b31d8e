"""What a message is for: service, an answer or marketing, whatever template it began as (R-CRM-7, R-CONSENT-3)."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from crm.models import Contact
from outreach import receiving
from outreach.models import Inquiry, Message
from tests.api.test_problems import assert_problem
from tests.outreach.people import UNREACHABLE, agree, book, contact, deliver, leave, suggestion, write

OFFER = {"subject": "Black Friday", "text": "50% off all pizzas, book now!"}


def _wrote(place, contact_id, way, *, at):
    with place.enter():
        anna = Contact.objects.get(pk=contact_id)
        if way == "inquiry":
            Inquiry.objects.create(contact=anna, venue=place.venue, message="Dogs?", received_at=at)
        else:
            receiving.receive(anna, venue=place.venue, text="Dogs?", subject="", at=at)


def test_an_opinion_is_service_after_a_visit_and_marketing_otherwise(key, trattoria):
    anna = contact(key)
    assert_problem(write(key, anna, template="ask_opinion"), 409, "not_marketable")

    book(key, anna, trattoria)
    asked = write(key, anna, template="ask_opinion")

    assert (asked.status_code, asked.json()["kind"]) == (201, "ask_opinion")
    assert_problem(write(key, anna, template="ask_opinion"), 409, "not_marketable")


@pytest.mark.parametrize("words", [OFFER, {"text": OFFER["text"]}, {"subject": OFFER["subject"]}], ids=str)
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_request_for_an_opinion_with_other_words_is_marketing(key, trattoria, channel, words):
    words = words if channel == "email" else {"text": OFFER["text"]}
    anna = contact(key)
    book(key, anna, trattoria)

    refused = assert_problem(write(key, anna, channel=channel, template="ask_opinion", **words), 409, "not_marketable")

    assert "with changed words is advertising" in refused["detail"]
    with trattoria.enter():
        assert not Message.objects.exists()
    agree(key, anna, trattoria, channel=channel)
    assert write(key, anna, channel=channel, template="ask_opinion", **words).status_code == 201
    with trattoria.enter():
        assert [(one.kind, one.purpose) for one in Message.objects.all()] == [("ask_opinion", "marketing")]


def test_a_request_for_an_opinion_in_the_words_that_the_house_gave_its_template_is_service(key, trattoria):
    anna = contact(key, language="it")
    book(key, anna, trattoria)
    (italian,) = key.get("message-templates/?kind=ask_opinion&language=it&channel=email").json()["results"]
    key.patch(f"message-templates/{italian['id']}/", {"subject": "Allora?", "text": "Ciao {first_name}, \n com'era?"})

    answer = write(key, anna, template="ask_opinion", subject="Allora?", text="Ciao Anna,\r\ncom'era?")

    assert answer.status_code == 201, answer.json()
    with trattoria.enter():
        assert Message.objects.get().purpose == "service"


def test_an_opinion_that_could_not_be_asked_may_be_asked_again(key, trattoria, settings):
    for name, value in UNREACHABLE.items():
        setattr(settings, name, value)
    anna = contact(key)
    book(key, anna, trattoria)
    deliver(trattoria, write(key, anna, template="ask_opinion").json()["id"])

    assert suggestion(key, anna) == {"kind": "ask_opinion", "reason": "visited"}
    assert write(key, anna, template="ask_opinion").status_code == 201


def test_who_unsubscribed_is_not_asked_for_an_opinion(key, trattoria):
    anna = contact(key)
    book(key, anna, trattoria)
    leave(key, anna, trattoria)

    assert_problem(write(key, anna, template="ask_opinion"), 409, "not_marketable")


@pytest.mark.parametrize("way", ["message", "inquiry"])
@pytest.mark.parametrize(("days", "is_answer"), [(29, True), (31, False)])
def test_a_free_text_answers_what_the_guest_wrote_lately(key, trattoria, way, days, is_answer):
    anna = contact(key)
    leave(key, anna, trattoria)
    _wrote(trattoria, anna, way, at=timezone.now() - datetime.timedelta(days=days))

    answer = write(key, anna, subject="Your question", text="Yes, dogs are welcome.", venue=str(trattoria.venue.pk))

    if is_answer:
        assert (answer.status_code, answer.json()["kind"]) == (201, "reply")
        deliver(trattoria, answer.json()["id"])
        assert [sent.body for sent in mail.outbox] == ["Yes, dogs are welcome."]
    else:
        assert_problem(answer, 409, "not_marketable")


def test_a_template_is_no_answer(key, trattoria):
    anna = contact(key)
    leave(key, anna, trattoria)
    _wrote(trattoria, anna, "message", at=timezone.now())
    words = {
        "kind": "free",
        "name": "Menu",
        "language": "en",
        "channel": "email",
        "subject": "Menu",
        "text": "Come to us",
    }
    template = key.post("message-templates/", words).json()["id"]

    assert_problem(write(key, anna, template=template, venue=str(trattoria.venue.pk)), 409, "not_marketable")


def test_only_the_venue_the_guest_wrote_to_answers(key, trattoria):
    anna = contact(key)
    _wrote(trattoria, anna, "message", at=timezone.now())
    mare = str(trattoria.venues[1].pk)

    assert_problem(write(key, anna, subject="Hello", text="Come to us", venue=mare), 409, "not_marketable")
