"""Nothing leaves to a guest whose data were cleared, and what a server says afterwards is not kept (R-PRIV-1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from audit.models import AuditEntry
from outreach import delivering
from outreach.models import Confirmation, Message
from tests.api.test_followers import follow
from tests.outreach.people import agree, contact, write


class Server(BaseEmailBackend):
    """A mail server during whose answer something happens; it refuses when it has a `complaint`."""

    meanwhile: ClassVar[Callable[[], Any]]
    complaint: ClassVar[str] = ""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        Server.meanwhile()
        if Server.complaint:
            raise OSError(Server.complaint)
        return len(email_messages)


@pytest.fixture
def anna(key, trattoria):
    pk = contact(key)
    agree(key, pk, trattoria)
    return pk


def erase(key, pk):
    email = key.get(f"contacts/{pk}/").json()["email"]
    assert key.post(f"contacts/{pk}/erase/", {"confirm": email}).status_code == 200


def kept(place):
    with place.enter():
        message = Message.objects.get()
        return message.status, message.error, message.address, message.text, message.error_detail, message.provider_id


def test_a_message_that_waits_is_not_sent(key, trattoria, anna):
    queued = write(key, anna, template="invite").json()["id"]

    erase(key, anna)
    delivering.deliver(trattoria.id, queued)

    assert mail.outbox == []
    assert kept(trattoria) == ("failed", "contact_deleted", "", "", "", "")


@pytest.mark.parametrize("complaint", ["", "550 anna@example.com is unknown here"])
def test_what_is_said_of_one_that_was_leaving_brings_nothing_back(key, trattoria, anna, settings, complaint):
    queued = write(key, anna, template="invite").json()["id"]
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    Server.meanwhile, Server.complaint = staticmethod(lambda: erase(key, anna)), complaint

    delivering.deliver(trattoria.id, queued)

    assert kept(trattoria) == ("failed", "contact_deleted", "", "", "", "")
    with trattoria.enter():
        said = AuditEntry.objects.filter(object_id=queued).values_list("action", "before", "after")
        assert "anna" not in str(list(said)).lower()


def test_a_second_bell_after_that_changes_nothing(key, trattoria, anna):
    queued = write(key, anna, template="invite").json()["id"]
    erase(key, anna)

    for _time in range(2):
        delivering.deliver(trattoria.id, queued)

    assert mail.outbox == []


def test_a_code_that_was_mailed_to_who_has_the_address_now_stays(key, trattoria, anna):
    email = key.get(f"contacts/{anna}/").json()["email"]
    key.patch(f"contacts/{anna}/", {"email": "new@example.com"})
    assert key.post("contacts/", {"first_name": "Dora", "email": email}).status_code == 201
    for number, asked in enumerate((email, "new@example.com")):
        follower = follow(key, trattoria, f"app-{number}").json()["id"]
        key.post(f"followers/{follower}/login/", {"guest": {"email": asked}, "verified": False})

    erase(key, anna)

    with trattoria.enter():
        assert [one.email for one in Confirmation.objects.all()] == [email]
