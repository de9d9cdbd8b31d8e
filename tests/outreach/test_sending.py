"""A message is queued with the request, leaves from the worker, and never twice (R-CRM-7, R-CONSENT-3)."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.core import mail
from django.utils import timezone

from config.celery import app
from consent import gate
from consent.gate import Purpose
from consent.status import ConsentChannel
from crm.models import Contact
from outreach import delivering, receiving, sweeping, tasks
from outreach.models import Inquiry, Message
from tenants import scope, terminal
from tests.api.test_problems import assert_problem
from tests.outreach import racing
from tests.outreach.people import ANNA, agree, book, contact, leave, suggestion, write
from tests.parallel import together

UNREACHABLE = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_PORT": 9,
}


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key, trattoria):
    """She agreed to e-mail and SMS of Centro, and never came."""
    anna = contact(key)
    for channel in ("email", "sms"):
        agree(key, anna, trattoria, channel=channel)
    return anna


@pytest.fixture
def eager():
    """A worker that hears the bell at once."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def deliver(place, message_id):
    tasks.deliver.apply(kwargs={"tenant_id": str(place.id), "message_id": str(message_id)}, throw=True)


def read(key, message_id):
    return key.get(f"messages/{message_id}/").json()


GATE = [
    # consent of the address, purpose, whether it may be written to
    ("none", Purpose.MARKETING, False),
    ("implied", Purpose.MARKETING, False),
    ("explicit", Purpose.MARKETING, True),
    ("unsubscribed", Purpose.MARKETING, False),
    ("none", Purpose.SERVICE, True),
    ("implied", Purpose.SERVICE, True),
    ("explicit", Purpose.SERVICE, True),
    ("unsubscribed", Purpose.SERVICE, False),
    ("none", Purpose.REPLY, True),
    ("unsubscribed", Purpose.REPLY, True),
]


@pytest.mark.parametrize(("status", "purpose", "is_open"), GATE)
def test_the_gate_asks_consent_and_purpose(key, trattoria, status, purpose, is_open):
    anna = contact(key)
    if status == "implied":
        book(key, anna, trattoria, guest=ANNA)
    elif status == "explicit":
        agree(key, anna, trattoria)
    elif status == "unsubscribed":
        leave(key, anna, trattoria)

    def may():
        with trattoria.enter():
            return gate.may_be_written_to(
                trattoria.venue,
                ConsentChannel.EMAIL,
                ANNA["email"],
                holder=Contact.objects.get(),
                purpose=purpose,
                at=timezone.now(),
            )

    assert may() is is_open
    with trattoria.enter():
        Contact.objects.update(erase_on=timezone.localdate() + datetime.timedelta(days=3))
    assert may() is (purpose == Purpose.REPLY), "who asked to be erased is only answered (R-PRIV-1)"


def test_the_gate_keeps_venues_and_channels_apart(key, trattoria):
    anna = contact(key)
    agree(key, anna, trattoria)
    centro, mare = trattoria.venues

    def may(venue, channel, address):
        return gate.may_be_written_to(
            venue, channel, address, holder=Contact.objects.get(), purpose=Purpose.MARKETING, at=timezone.now()
        )

    with trattoria.enter():
        assert may(centro, ConsentChannel.EMAIL, ANNA["email"])
        assert not may(mare, ConsentChannel.EMAIL, ANNA["email"])
        assert not may(centro, ConsentChannel.SMS, ANNA["phone"])
        assert not may(centro, ConsentChannel.EMAIL, "somebody@else.example")


def test_implied_consent_is_marketable_under_casl(bistro, bearer):
    key = bearer(bistro)
    anna = contact(key, phone="")
    book(key, anna, bistro, guest={"email": ANNA["email"]})

    with bistro.enter():
        assert gate.may_be_written_to(
            bistro.venue,
            ConsentChannel.EMAIL,
            ANNA["email"],
            holder=Contact.objects.get(),
            purpose=Purpose.MARKETING,
            at=timezone.now(),
        )


def test_a_mail_is_queued_with_the_request_and_leaves_from_the_worker(key, trattoria, anna):
    answer = write(key, anna, template="invite")
    queued = answer.json()

    assert answer.status_code == 201
    assert (queued["status"], queued["kind"], queued["address"], queued["sent_at"]) == (
        "queued",
        "invite",
        "anna@example.com",
        None,
    )
    assert mail.outbox == []

    deliver(trattoria, queued["id"])

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["anna@example.com"], queued["subject"])
    assert sent.from_email == "Centro <no-reply@localhost>"
    assert sent.body.startswith(f"{queued['text']}\n\n-- \n")
    assert "Anna" in sent.body
    assert "Centro" in sent.subject
    now = read(key, queued["id"])
    assert (now["status"], now["error"]) == ("sent", "")
    assert now["provider_id"] == f"<{queued['id']}@localhost>" == sent.extra_headers["Message-ID"]
    assert now["sent_at"] is not None


@pytest.mark.usefixtures("commits", "eager")
def test_the_bell_rings_once_the_message_is_committed(key, anna):
    answer = write(key, anna, template="invite")

    assert answer.json()["status"] == "queued"
    assert read(key, answer.json()["id"])["status"] == "sent"
    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("commits", "eager")
def test_a_refused_request_rings_no_bell_and_leaves_no_message(key, trattoria):
    bruno = contact(key, email="bruno@example.com")

    assert_problem(write(key, bruno, template="invite"), 409, "not_marketable")

    assert mail.outbox == []
    with trattoria.enter():
        assert Message.objects.count() == 0


def test_a_second_delivery_of_a_sent_message_does_nothing(key, trattoria, anna):
    message = write(key, anna, template="invite").json()["id"]

    deliver(trattoria, message)
    deliver(trattoria, message)

    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("commits")
def test_workers_that_hear_the_same_bell_send_one_mail(key, trattoria, anna):
    message = write(key, anna, template="invite").json()["id"]

    left = together(racing.deliver, [(str(trattoria.id), message)] * 4, processes=4)

    assert sorted(left) == [0, 0, 0, 1]
    assert read(key, message)["status"] == "sent"


def test_what_the_mail_server_says_is_written_down(key, trattoria, anna, settings):
    for name, value in UNREACHABLE.items():
        setattr(settings, name, value)
    message = write(key, anna, template="invite").json()["id"]

    deliver(trattoria, message)

    failed = read(key, message)
    assert (failed["status"], failed["error"], failed["sent_at"]) == ("failed", "refused", None)
    assert "refused" in failed["error_detail"].lower()
    actions = [row["action"] for row in key.get(f"audit/?object_id={message}").json()["results"]]
    assert sorted(actions) == ["message_failed", "message_written"]


def test_an_sms_leaves_by_the_provider_in_use(key, trattoria, anna, caplog, capsys):
    queued = write(key, anna, channel="sms", template="invite").json()

    deliver(trattoria, queued["id"])

    lines = f"SMS to +393331234567: {queued['text']}".splitlines()
    shown = capsys.readouterr().out.splitlines()
    assert shown[: len(lines)] == [f"{terminal.MARK}{line}" for line in lines]
    assert all(line.startswith(terminal.MARK) for line in shown)
    assert "+39333" not in caplog.text
    sent = read(key, queued["id"])
    assert (sent["status"], sent["subject"], sent["provider_id"][:4]) == ("sent", "", "log-")
    assert mail.outbox == []


def test_what_the_sms_provider_says_is_written_down(key, trattoria, anna, settings):
    settings.SMS_PROVIDER = "tests.outreach.people.RefusingProvider"
    message = write(key, anna, channel="sms", template="invite").json()["id"]

    deliver(trattoria, message)

    failed = read(key, message)
    assert (failed["status"], failed["error"], failed["error_detail"]) == (
        "failed",
        "refused",
        "this number takes no SMS",
    )


def test_the_gate_is_asked_again_when_the_message_leaves(key, trattoria, anna):
    message = write(key, anna, template="invite").json()["id"]
    leave(key, anna, trattoria)

    deliver(trattoria, message)

    assert mail.outbox == []
    assert (read(key, message)["status"], read(key, message)["error"]) == ("failed", "not_marketable")


def test_nothing_leaves_to_a_guest_who_was_deleted_meanwhile(key, trattoria, anna):
    message = write(key, anna, template="invite").json()["id"]
    key.delete(f"contacts/{anna}/")

    deliver(trattoria, message)

    assert mail.outbox == []
    assert read(key, message)["error"] == "contact_deleted"


def test_a_message_whose_bell_nobody_heard_is_rung_for_again(key, trattoria, anna):
    message = write(key, anna, template="invite").json()["id"]
    assert sweeping.due() == []

    _age(trattoria, message, created_at=timezone.now() - datetime.timedelta(seconds=31))

    assert sweeping.due() == [(trattoria.id, uuid.UUID(message))]


def test_a_message_whose_worker_died_while_sending_is_not_sent_again(key, trattoria, anna):
    message = write(key, anna, template="invite").json()["id"]
    _age(trattoria, message, claimed_at=timezone.now() - datetime.timedelta(minutes=9))
    deliver(trattoria, message)
    assert read(key, message)["status"] == "queued"
    assert sweeping.due() == []

    _age(trattoria, message, claimed_at=timezone.now() - datetime.timedelta(minutes=11))
    assert sweeping.due() == [(trattoria.id, uuid.UUID(message))]
    deliver(trattoria, message)

    assert mail.outbox == []
    assert (read(key, message)["status"], read(key, message)["error"]) == ("failed", "interrupted")
    assert sweeping.due() == []


def test_the_sweeper_and_the_worker_agree_on_how_long_a_claim_holds():
    assert datetime.timedelta(minutes=10) == delivering.CLAIM_TIME


def _age(place, message, **values):
    with place.enter():
        Message.objects.filter(pk=message).update(**values)


def test_an_opinion_is_service_after_a_visit_and_marketing_otherwise(key, trattoria):
    anna = contact(key)
    assert_problem(write(key, anna, template="ask_opinion"), 409, "not_marketable")

    book(key, anna, trattoria)
    asked = write(key, anna, template="ask_opinion")

    assert (asked.status_code, asked.json()["kind"]) == (201, "ask_opinion")
    assert_problem(write(key, anna, template="ask_opinion"), 409, "not_marketable")


OFFER = {"subject": "Black Friday", "text": "50% off all pizzas, book now!"}


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


def _wrote(place, contact_id, way, *, at):
    with place.enter():
        anna = Contact.objects.get(pk=contact_id)
        if way == "inquiry":
            Inquiry.objects.create(contact=anna, venue=place.venue, message="Dogs?", received_at=at)
        else:
            receiving.receive(anna, venue=place.venue, text="Dogs?", subject="", at=at)


def test_a_message_of_another_tenant_is_not_sent(key, trattoria, bistro, anna):
    message = write(key, anna, template="invite").json()["id"]

    deliver(bistro, message)

    assert mail.outbox == []
    assert read(key, message)["status"] == "queued"


def test_the_worker_acts_in_the_scope_of_the_tenant_only(key, trattoria, anna):
    deliver(trattoria, write(key, anna, template="invite").json()["id"])

    assert not scope.is_open()


def test_a_template_deleted_while_others_write_with_it_stops_nobody_and_breaks_nothing(commits, trattoria, key, anna):
    made = key.post(
        "message-templates/",
        {"kind": "invite", "name": "T", "language": "en", "channel": "email", "subject": "S", "text": "Come."},
    ).json()["id"]
    call = (str(trattoria.id), anna, str(trattoria.venue.pk), made)

    came_to = together(
        racing.write_or_delete, [(*call, act) for act in ("write", "write", "delete", "write")], processes=4
    )

    assert set(came_to) <= {"written", "deleted", "unknown_id", "gone"}
    assert "deleted" in came_to
    with trattoria.enter():
        assert set(Message.objects.values_list("template", "status")) <= {(None, "queued")}
