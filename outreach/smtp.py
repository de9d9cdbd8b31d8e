"""Mail by SMTP, which tells apart whether a message that broke off may have arrived (R-CRM-10).

Until the text of a mail is handed over, whatever breaks off has left nothing behind; from then on nobody knows what the
server made of it when it does not answer. What it answers to our goodbye changes nothing.
"""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

ACCEPTED, NOT_NOW = 250, 400


class MayHaveLeft(OSError):
    """The server took the text and did not answer: nobody knows whether the mail arrives."""


class _Telling(smtplib.SMTP):
    def data(self, msg: Any) -> tuple[int, bytes]:
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
