"""A message as an e-mail: plain text, from the venue's name, with an id by which it can be found again.

Every header of a mail to guests is set here.
"""

from __future__ import annotations

from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage

from outreach.models import Message


def compose(message: Message) -> EmailMessage:
    """The mail of a message, whose venue is loaded."""
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return EmailMessage(
        subject=" ".join(message.subject.split()),
        body=message.text,
        from_email=formataddr((message.venue.name, sender)),
        to=[message.address],
        headers={"Message-ID": f"<{message.pk}@{sender.rpartition('@')[2]}>", "Content-Language": message.language},
    )


def send(message: Message) -> str:
    """Hand the message to the mail server; its Message-ID. Raises OSError (SMTP's errors are such) and ValueError."""
    mail = compose(message)
    mail.send()
    return str(mail.extra_headers["Message-ID"])
