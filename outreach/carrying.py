"""Handing a message to the mail server or the SMS provider, and what came of it (R-CRM-10).

A refusal for good is the recipient's, with the reason the server gave. A server that is not there, or takes nothing just
now, has nothing to do with the recipient: nothing has left, and it can be tried again. One that broke off after it had the
text leaves a doubt, and what is in doubt is never sent again.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from enum import Enum

from outreach import mail, sender, sms
from outreach.models import Message, MessageChannel
from outreach.sms import SmsRefused
from outreach.smtp import MayHaveLeft

# Answers of mail servers: from here on for good, and the one by which a server closes the door on everybody.
FOR_GOOD, CLOSING = 500, 421


class Fate(Enum):
    LEFT = "left"
    REFUSED = "refused"
    LATER = "later"
    AWAY = "away"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Carried:
    """`LATER` is an answer to this message, `AWAY` one to all. `provider_id` of one that left, else what was `said`."""

    fate: Fate
    provider_id: str = ""
    said: str = ""

    @property
    def has_left(self) -> bool:
        return self.fate is Fate.LEFT

    @property
    def can_be_tried_again(self) -> bool:
        """Whether it is certain that nothing has left, and nobody said that it never will."""
        return self.fate in (Fate.LATER, Fate.AWAY)


def carry(message: Message) -> Carried:
    """Send it. Outside any transaction: nobody's rows wait for a mail server."""
    try:
        return _by_sms(message) if message.channel == MessageChannel.SMS else _by_mail(message)
    except ValueError as error:
        return _came_to(Fate.REFUSED, error)
    except OSError as error:
        return _came_to(Fate.AWAY, error)


def _by_mail(message: Message) -> Carried:
    try:
        return Carried(Fate.LEFT, mail.send(message))
    except MayHaveLeft as error:
        return _came_to(Fate.DOUBTFUL, error)
    except smtplib.SMTPRecipientsRefused as error:
        ((code, said),) = error.recipients.values()
        return _answered(code, said)
    except smtplib.SMTPDataError as error:
        return _answered(error.smtp_code, error.smtp_error)


def _by_sms(message: Message) -> Carried:
    try:
        return Carried(Fate.LEFT, sms.provider().send(message.address, sender.sms_text(message)))
    except SmsRefused as error:
        return _came_to(Fate.REFUSED, error)
    except TimeoutError as error:
        return _came_to(Fate.DOUBTFUL, error)


def _answered(code: int, said: bytes | str) -> Carried:
    """What a mail server's answer to one recipient means."""
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    answer = Fate.REFUSED if code >= FOR_GOOD else Fate.LATER
    return Carried(Fate.AWAY if code == CLOSING else answer, said=f"{code} {' '.join(text.split())}")


def _came_to(fate: Fate, error: Exception) -> Carried:
    return Carried(fate, said=str(error) or type(error).__name__)
