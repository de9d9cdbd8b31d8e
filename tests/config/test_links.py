"""With a real mail server, the links by which guests unsubscribe lead somewhere, or nothing starts (R-CONSENT-4, RFC 8058)."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured

from config import checks

DEAD = [
    "",
    "http://crm.example.com",
    "http://127.0.0.1:8000",
    "https://127.0.0.1",
    "https://localhost:8000/",
    "https://crm.localhost",
    "https://[::1]:8000",
    "https://0.0.0.0",
    "https://",
    "crm.example.com",
]


@pytest.fixture
def by_smtp(settings):
    settings.DEBUG = False
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "outreach.smtp.SmtpMail", "smtp.example.com"
    return settings


@pytest.mark.parametrize("url", DEAD)
def test_with_a_mail_server_of_the_network_it_refuses_to_start(by_smtp, url):
    by_smtp.PUBLIC_URL = url

    with pytest.raises(ImproperlyConfigured, match="must begin with https://"):
        checks.refuse_dead_links()


@pytest.mark.parametrize(
    "url", ["https://crm.example.com", "https://crm.example.com:8443/coperto/", "https://203.0.113.7"]
)
def test_an_address_that_guests_reach_is_taken(by_smtp, url, caplog):
    by_smtp.PUBLIC_URL = url

    checks.refuse_dead_links()

    assert caplog.text == ""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_mail_server_on_this_machine_may_only_keep_mail_and_is_warned_of(by_smtp, host, caplog):
    by_smtp.EMAIL_HOST, by_smtp.PUBLIC_URL = host, DEAD[2]

    with caplog.at_level(logging.WARNING):
        checks.refuse_dead_links()

    assert "No guest can unsubscribe" in caplog.text


@pytest.mark.parametrize("changes", [{"EMAIL_BACKEND": "config.mail.TerminalMail"}, {"DEBUG": True}])
def test_where_no_mail_leaves_any_address_will_do(by_smtp, changes, caplog):
    by_smtp.PUBLIC_URL = DEAD[2]
    for name, value in changes.items():
        setattr(by_smtp, name, value)

    checks.refuse_dead_links()

    assert caplog.text == ""


@pytest.mark.parametrize("program", ["config.wsgi", "config.celery"])
def test_neither_web_nor_worker_starts(program):
    start = "import config.wsgi" if program == "config.wsgi" else "from config import celery; celery.check_role()"
    environment = {
        **os.environ,
        "SECRET_KEY": project.SECRET_KEY,
        "PRIVACY_PEPPER": "pepper",
        "HEALTH_KEYS": "health",
        "EMAIL_URL": "smtp://user:password@smtp.example.com:587",
        "PUBLIC_URL": "http://crm.example.com",
    }
    done = subprocess.run(
        [sys.executable, "-c", start], env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode != 0
    assert "Refusing to start: mail leaves by smtp.example.com, but PUBLIC_URL is http://crm.example.com" in done.stderr
