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
from outreach import opt_in_mail, tasks
from tenants import scope
from tests.consent.people import EMAIL, GUEST, PHONE, happen
from tests.outreach.people import KeepingProvider
from tests.outreach.test_sending import UNREACHABLE

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


def test_a_mail_server_that_is_away_leaves_it_to_the_sweeper(trattoria, settings):
    waiting = tick(trattoria, at=NOW - datetime.timedelta(minutes=2))
    with pytest.raises(OSError, match="refused"):
        _without_mail_server(settings, trattoria, waiting)
    assert opt_in_mail.due() == [(trattoria.id, waiting)]

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send(trattoria, waiting)

    assert len(mail.outbox) == 1


def _without_mail_server(settings, place, waiting):
    for name, value in UNREACHABLE.items():
        setattr(settings, name, value)
    send(place, waiting)


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
