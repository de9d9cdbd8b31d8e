"""Mail by SMTP, which tells apart whether a message that broke off may have arrived (R-CRM-10).

Until the text of a mail is handed over, whatever breaks off has left nothing behind; from then on nobody knows what the
server made of it when it does not answer. What it answers to our goodbye changes nothing.

The time that the settings give the server (EMAIL_TIMEOUT) is for the whole mail, from connecting on: one that is slow at
every step must not outlive the lease of the campaign it is about.
"""

from __future__ import annotations

import smtplib
import time
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

ACCEPTED, NOT_NOW = 250, 400


class MayHaveLeft(OSError):
    """The server took the text and did not answer: nobody knows whether the mail arrives."""


class _Telling(smtplib.SMTP):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._began = time.monotonic()
        super().__init__(*args, **kwargs)

    def send(self, s: Any) -> None:
        self._hurry()
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        self._hurry()
        return super().getreply()

    def _hurry(self) -> None:
        """Let the next step wait for what is left of the time. Raises TimeoutError when it is over."""
        # Without a time of its own it is an object that stands for the usual one.
        if self.sock is None or not isinstance(self.timeout, int | float):
            return
        left = self._began + self.timeout - time.monotonic()
        if left <= 0:
            self.close()
            raise TimeoutError("the mail server took too long")
        self.sock.settimeout(left)

    def data(self, msg: Any) -> tuple[int, bytes]:
        self._hurry()
        try:
            code, said = super().data(msg)
        except smtplib.SMTPDataError:
            raise
        except OSError as error:
            raise MayHaveLeft(str(error) or type(error).__name__) from error
        if code != ACCEPTED and code < NOT_NOW:
            raise MayHaveLeft(f"{code} {said!r}")
        return code, said


class _TellingOverTls(_Telling, smtplib.SMTP_SSL):
    pass


class SmtpMail(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TellingOverTls if self.use_ssl else _Telling

    def _close_connection(self, connection: smtplib.SMTP) -> None:
        try:
            connection.quit()
        except OSError:
            connection.close()
