"""Guests of the crm tests and the shortest way to take them in."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from crm import intake
from crm.channel import Channel
from crm.guest_data import Guest, Intake, Reception
from tests.personas import Place

ANNA: dict[str, Any] = {
    "first_name": "Anna",
    "last_name": "Rossi",
    "email": "anna@example.net",
    "phone": "+393331042217",
}
BRUNO: dict[str, Any] = {"first_name": "Bruno", "last_name": "Verdi", "phone": "+393401112223"}


def take(
    place: Place,
    *,
    channel: Channel = Channel.WEB,
    at: datetime.datetime | None = None,
    options: Any = None,
    **guest: Any,
) -> Reception:
    """Take in one guest at the place's first venue."""
    return intake.receive(Intake(Guest(**guest), channel, place.venue, at or timezone.now(), **(options or {})))
