"""How an SMS leaves the house: by the provider that the setting SMS_PROVIDER names.

A provider is a class with `send`; the one that comes with the program only shows it at the terminal, as mail without
EMAIL_URL is. Another is a class of the operator's, named by its dotted path.
"""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from uuid_utils.compat import uuid7

from tenants import terminal


class SmsRefused(Exception):
    """The provider did not take the message; the text says why."""


class SmsProvider(Protocol):
    """Who carries SMS. `send` answers the provider's id of the message.

    It raises SmsRefused for a message that is not taken; TimeoutError when nobody knows whether it was, and any other
    OSError when nothing has left.
    """

    def send(self, to: str, text: str) -> str: ...


class LogSmsProvider:
    """Shows every SMS at the terminal instead of sending it."""

    def send(self, to: str, text: str) -> str:
        terminal.show(f"SMS to {to}: {text}")
        return f"log-{uuid7()}"


def provider() -> SmsProvider:
    """The provider in use."""
    chosen: SmsProvider = import_string(settings.SMS_PROVIDER)()
    return chosen
