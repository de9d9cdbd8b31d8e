"""A guest who agreed; a place whose commits are real, its mail server's port, and a campaign to eight guests."""

from __future__ import annotations

import pytest

from tests.mail_server import free_port
from tests.outreach.audiences import draft, group_of, guests, start
from tests.outreach.people import agree, contact


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key, trattoria):
    """She agreed to e-mail and SMS of Centro, and never came."""
    anna = contact(key)
    for channel in ("email", "sms"):
        agree(key, anna, trattoria, channel=channel)
    return anna


@pytest.fixture
def place(commits, trattoria):
    return trattoria


@pytest.fixture
def port(settings):
    """Of a mail server that is not there yet."""
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "outreach.smtp.SmtpMail",
        "127.0.0.1",
        free_port(),
    )
    settings.EMAIL_TIMEOUT = 2
    return settings.EMAIL_PORT


@pytest.fixture
def campaign(place):
    """Being sent to eight guests."""
    campaign = draft(place, group_of(place, guests(place, 8)))
    start(place, campaign)
    return campaign
