"""The link of the double opt-in: sent once for each tick, in the guest's language, with the sender's data (R-CONSENT-3)."""

from __future__ import annotations

import datetime
import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from config.celery import app
from consent import bell
from consent.models import ConsentStatus
from consent.recording import OptIn
from consent.status import Event
from outreach import carrying, opt_in_mail, tasks
from outreach import sms as sms_providers
from tenants import scope
from tests.consent.people import EMAIL, GUEST, PHONE, happen
from tests.mail_server import HANG_UP, mail_server
from tests.outreach.people import KeepingProvider

NOW = timezone.now()


@pytest.fixture
def eager():
    """A worker that hears the bell at once."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def sms(settings):
    """The SMS that left."""
    settings.SMS_PROVIDER = "tests.outreach.people.KeepingProvider"
    KeepingProvider.sent.clear()
    return KeepingProvider.sent


def tick(place, *, at=NOW, event=Event.SIGNED_UP, email=EMAIL, phone=None, **more):
    """The id of the status that waits; the venue asks for double opt-in, as Italian ones do."""
    with place.enter(), scope.enter(place.id, GUEST):
        boxes = OptIn(email=email is not None, sms=phone is not None, **more)
        happen(event, place.venue, email=email, phone=phone, opt_in=boxes, at=at)
        return ConsentStatus.objects.get(address=email or phone).pk


def send(place, status_id):
    tasks.send_opt_in_link.apply(kwargs={"tenant_id": str(place.id), "status_id": str(status_id)}, throw=True)


def link_in(text):
    [path] = re.findall(r"https?://[^/]+(/confirm/\S+)", text)
    return path


def read(place):
    with place.enter():
        return ConsentStatus.objects.get()


@pytest.mark.usefixtures("commits", "eager")
def test_a_tick_sends_the_link_once_it_is_committed_and_the_link_confirms(trattoria):
    tick(trattoria, language="fr", wording="v1")

    (sent,) = mail.outbox
    assert (sent.to, sent.from_email) == ([EMAIL], "Centro <no-reply@localhost>")
    assert sent.extra_headers["Content-Language"] == "fr"
    assert "Trattoria Ltd\nMain Street 1, Springfield\nhello@example.com" in sent.body
    assert read(trattoria).status == "none"

    assert Client().post(link_in(sent.body)).status_code == 200
    assert read(trattoria).status == "explicit"


def test_it_is_sent_once_for_each_tick(trattoria):
    waiting = tick(trattoria)
    for _ in range(3):
        send(trattoria, waiting)

    assert len(mail.outbox) == 1


def test_who_ticks_again_within_the_hour_keeps_the_link_they_have(trattoria):
    send(trattoria, tick(trattoria, at=NOW - datetime.timedelta(hours=3)))
    send(trattoria, tick(trattoria, at=NOW - datetime.timedelta(hours=2, minutes=1)))
    assert len(mail.outbox) == 1
    assert opt_in_mail.due() == []

    send(trattoria, tick(trattoria, at=NOW))

    assert len(mail.outbox) == 2
    assert Client().post(link_in(mail.outbox[0].body)).status_code == 200


@pytest.mark.parametrize("hours", [72.1, 500])
def test_it_is_not_sent_when_it_is_too_late(trattoria, hours):
    send(trattoria, tick(trattoria, at=NOW - datetime.timedelta(hours=hours)))

    assert mail.outbox == []


def test_nor_to_who_has_confirmed_or_unsubscribed_meanwhile(trattoria):
    waiting = tick(trattoria)
    with trattoria.enter():
        happen(Event.UNSUBSCRIBED, trattoria.venue)
    send(trattoria, waiting)

    assert mail.outbox == []


def test_one_tick_is_enough_where_no_double_opt_in_is_asked(trattoria):
    trattoria.venue.double_opt_in = False
    send(trattoria, tick(trattoria))

    assert read(trattoria).status == "explicit"
    assert mail.outbox == []


def test_a_bell_that_nobody_heard_is_rung_again(trattoria):
    waiting = tick(trattoria, at=NOW - datetime.timedelta(minutes=2))
    assert opt_in_mail.due() == [(trattoria.id, waiting)]

    send(trattoria, waiting)

    assert opt_in_mail.due() == []


def let_pause_pass(place):
    """The pause, or the claim of a worker that died, is over."""
    with place.enter():
        ConsentStatus.objects.update(link_due_at=timezone.now() - datetime.timedelta(seconds=1))


def test_a_mail_server_that_is_away_leaves_it_to_the_sweeper_which_comes_ever_later(trattoria, port):
    waiting = tick(trattoria, at=timezone.now() - datetime.timedelta(minutes=8))
    send(trattoria, waiting)
    assert opt_in_mail.due() == []
    pause = read(trattoria).link_due_at - timezone.now()
    assert datetime.timedelta(minutes=7) < pause < datetime.timedelta(minutes=10)
    send(trattoria, waiting)
    with mail_server(port) as server:
        send(trattoria, waiting)
        assert server.taken == {}

        let_pause_pass(trattoria)
        assert opt_in_mail.due() == [(trattoria.id, waiting)]
        send(trattoria, waiting)

    assert server.taken == {EMAIL: 1}
    assert opt_in_mail.due() == []


@pytest.mark.parametrize(("hours", "minutes"), [(0, 1), (1.5, 60), (71, 60)])
def test_the_pause_is_a_minute_at_least_and_an_hour_at_most(trattoria, port, hours, minutes):
    send(trattoria, tick(trattoria, at=timezone.now() - datetime.timedelta(hours=hours)))

    pause = read(trattoria).link_due_at - timezone.now()
    assert abs(pause - datetime.timedelta(minutes=minutes)) < datetime.timedelta(seconds=45)


@pytest.mark.parametrize(
    ("answers", "is_over"),
    [
        ({"RCPT": "550 5.1.1 No such mailbox"}, True),
        ({"END": "554 5.7.1 Spam"}, True),
        ({"END": HANG_UP}, True),
        ({"RCPT": "451 4.7.1 Greylisted, come again"}, False),
        ({"RCPT": "421 4.3.2 Closing"}, False),
        ({"MAIL": HANG_UP}, False),
    ],
    ids=str,
)
def test_what_is_refused_for_good_or_may_have_arrived_is_not_sent_again(trattoria, port, answers, is_over):
    waiting = tick(trattoria, at=NOW - datetime.timedelta(minutes=5))
    with mail_server(port) as server:
        server.answers = dict(answers)
        for _minute in range(4):
            send(trattoria, waiting)
        let_pause_pass(trattoria)

        assert opt_in_mail.due() == ([] if is_over else [(trattoria.id, waiting)])
        asked = sum(server.asked.values())
        server.answers.clear()
        send(trattoria, waiting)

    assert sum(server.asked.values()) - asked == (0 if is_over else 1)


def test_an_sms_of_which_nobody_knows_whether_it_left_is_not_sent_again(trattoria, settings, monkeypatch):
    tried = []

    class Silent:
        def send(self, to, text):
            tried.append(to)
            raise TimeoutError

    monkeypatch.setattr(sms_providers, "provider", Silent)
    waiting = tick(trattoria, at=NOW - datetime.timedelta(minutes=5), email=None, phone=PHONE)
    for _minute in range(4):
        send(trattoria, waiting)
        let_pause_pass(trattoria)

    assert tried == [PHONE]
    assert opt_in_mail.due() == []


def test_while_a_worker_is_at_it_nobody_else_sends_it(commits, trattoria, monkeypatch):
    """The bell and the sweeper ring for the same link."""
    waiting = tick(trattoria, at=NOW - datetime.timedelta(minutes=5))
    carry = carrying.carry_mail
    swept: list[object] = []

    def meanwhile(letter):
        if not swept:
            swept.append(opt_in_mail.due())
            send(trattoria, waiting)
        return carry(letter)

    monkeypatch.setattr(carrying, "carry_mail", meanwhile)
    send(trattoria, waiting)

    assert swept == [[]]
    assert len(mail.outbox) == 1


def test_a_worker_that_dies_while_sending_loses_no_link(commits, trattoria, monkeypatch):
    waiting = tick(trattoria, at=NOW - datetime.timedelta(minutes=5))

    class Killed(BaseException):
        """Stands for kill -9."""

    def die(letter):
        raise Killed

    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr(carrying, "carry_mail", die)
        opt_in_mail.send(trattoria.id, waiting)
    send(trattoria, waiting)
    assert (opt_in_mail.due(), mail.outbox) == ([], [])
    assert read(trattoria).link_due_at > timezone.now() + datetime.timedelta(minutes=9)

    let_pause_pass(trattoria)
    assert opt_in_mail.due() == [(trattoria.id, waiting)]
    send(trattoria, waiting)
    assert len(mail.outbox) == 1


def test_ticks_less_than_an_hour_apart_do_not_put_off_the_link_for_ever(trattoria):
    mailed = []
    for minutes in (0, 50, 100, 150, 200, 250):
        at = NOW - datetime.timedelta(hours=5) + datetime.timedelta(minutes=minutes)
        waiting = tick(trattoria, at=at)
        before = len(mail.outbox)
        assert len(opt_in_mail.due()) == (minutes % 100 == 0)
        send(trattoria, waiting)
        mailed += [minutes] * (len(mail.outbox) - before)

    assert mailed == [0, 100, 200]
    assert opt_in_mail.due() == []


def test_a_phone_gets_its_link_by_sms(trattoria, sms):
    send(trattoria, tick(trattoria, email=None, phone=PHONE, language="en"))

    [(to, said)] = sms
    assert (to, said.startswith("Centro: ")) == (PHONE, True)
    assert Client().post(link_in(said)).status_code == 200
    assert read(trattoria).status == "explicit"
    assert mail.outbox == []


def test_a_phone_that_takes_no_sms_is_not_tried_again(trattoria, settings):
    settings.SMS_PROVIDER = "tests.outreach.people.RefusingProvider"
    send(trattoria, tick(trattoria, at=NOW - datetime.timedelta(minutes=2), email=None, phone=PHONE))

    assert opt_in_mail.due() == []


def test_without_a_language_of_the_form_it_speaks_the_houses(trattoria):
    send(trattoria, tick(trattoria))

    assert mail.outbox[0].extra_headers["Content-Language"] == "it"


def test_the_bell_is_that_of_the_task():
    assert tasks.send_opt_in_link.name == bell.TASK
