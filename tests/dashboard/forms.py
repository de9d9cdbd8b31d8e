"""What the processes of a form's race do."""

from __future__ import annotations

from django.conf import settings
from django.test import Client


def send(session: str, address: str, values: dict[str, str]) -> str:
    """Send a form as who has this session; where it led."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return str(client.post(address, values).headers.get("Location", ""))
