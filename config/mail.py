"""Mail while EMAIL_URL is not set: it is shown at the terminal, and in no log file (R-PRIV-1)."""

from __future__ import annotations

from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend

from tenants import terminal


class TerminalMail(EmailBackend):
    def write_message(self, message: EmailMessage) -> None:
        terminal.show(message.message().as_string())
        terminal.show("-" * 79)
