"""A message as an e-mail: plain text, from the venue's name, with an id by which it can be found again.

Every header of a mail to guests is set here.
"""

from __future__ import annotations

from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage

from outreach import sender
from outreach.models import Message


def compose(message: Message) -> EmailMessage:
    """The mail of a message, whose venue is loaded."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return EmailMessage(
        subject=" ".join(message.subject.split()),
        body=sender.mail_text(message),
        from_email=formataddr((message.venue.name, address)),
        to=[message.address],
        headers={
            "Message-ID": f"<{message.pk}@{address.rpartition('@')[2]}>",
            "Content-Language": message.language,
            **sender.headers(message),
        },
    )


def send(message: Message) -> str:
    """Hand the message to the mail server; its Message-ID. Raises OSError (SMTP's errors are such) and ValueError."""
    mail = compose(message)
    mail.send()
    return str(mail.extra_headers["Message-ID"])
