"""A message is queued with the request, leaves from the worker, and never twice (R-CRM-7, R-CONSENT-3)."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.core import mail
from django.utils import timezone

from config.celery import app
from crm.models import Contact
from outreach import delivering, receiving, sweeping
from outreach.models import Inquiry, Message
from tenants import scope, terminal
from tests.api.test_problems import assert_problem
from tests.outreach import racing
from tests.outreach.people import UNREACHABLE, contact, deliver, leave, write
from tests.parallel import together


@pytest.fixture
def eager():
    """A worker that hears the bell at once."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def read(key, message_id):
    return key.get(f"messages/{message_id}/").json()


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
