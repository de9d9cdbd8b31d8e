"""Handing a message to the mail server or the SMS provider, and what came of it (R-CRM-10).

A refusal for good is the recipient's, with the reason the server gave. A server that is not there, or takes nothing just
now, has nothing to do with the recipient: nothing has left, and it can be tried again. One that broke off after it had the
text leaves a doubt, and what is in doubt is never sent again.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from enum import Enum

from django.core.mail import EmailMessage

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
    if message.channel == MessageChannel.SMS:
        return carry_sms(message.address, sender.sms_text(message))
    return carry_mail(mail.compose(message))


def carry_mail(letter: EmailMessage) -> Carried:
    """The same for a mail that is no message of the communications; `provider_id` is its Message-ID, where it has one."""
    try:
        letter.send()
    except MayHaveLeft as error:
        return _came_to(Fate.DOUBTFUL, error)
    except smtplib.SMTPRecipientsRefused as error:
        ((code, said),) = error.recipients.values()
        return _answered(code, said)
    except smtplib.SMTPDataError as error:
        return _answered(error.smtp_code, error.smtp_error)
    except ValueError as error:
        return _came_to(Fate.REFUSED, error)
    except OSError as error:
        return _came_to(Fate.AWAY, error)
    return Carried(Fate.LEFT, str(letter.extra_headers.get("Message-ID", "")))


def carry_sms(to: str, text: str) -> Carried:
    """The same for an SMS."""
    try:
        return Carried(Fate.LEFT, sms.provider().send(to, text))
    except (SmsRefused, ValueError) as error:
        return _came_to(Fate.REFUSED, error)
    except TimeoutError as error:
        return _came_to(Fate.DOUBTFUL, error)
    except OSError as error:
        return _came_to(Fate.AWAY, error)


def _answered(code: int, said: bytes | str) -> Carried:
    """What a mail server's answer to one recipient means."""
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    answer = Fate.REFUSED if code >= FOR_GOOD else Fate.LATER
    return Carried(Fate.AWAY if code == CLOSING else answer, said=f"{code} {' '.join(text.split())}")


def _came_to(fate: Fate, error: Exception) -> Carried:
    return Carried(fate, said=str(error) or type(error).__name__)
