"""Log lines hold no guest, whatever an error quotes (R-PRIV-1); what a guest is written stays at the terminal."""

from __future__ import annotations

import logging
import sys

import pytest
from django.core.mail import EmailMessage

from config import mail
from config.embedded.console import Console
from config.logs import LineFormatter
from dashboard import public_urls
from tenants import terminal

# The first part of every address that works for whoever has it.
LINKS = sorted({str(one.pattern).partition("/")[0] for one in public_urls.urlpatterns if "token" in str(one.pattern)})


def test_there_are_such_links():
    assert LINKS == ["confirm", "invitation", "preferences", "unsubscribe"]


def written(message, *arguments, exc_info=None):
    record = logging.LogRecord("crm", logging.ERROR, "", 0, message, arguments, exc_info)
    return LineFormatter().format(record)


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("no mail to anna.rossi+x@example.co.uk", "no mail to (e-mail)"),
        ("refused: {'anna@example.com': (550, b'unknown')}", "refused: {'(e-mail)': (550, b'unknown')}"),
        ("SMS to +393331234567 failed", "SMS to (phone) failed"),
        (
            "duplicate key\nDETAIL:  Key (last_name)=(Rossi) exists.\nHINT: none",
            "duplicate key\n(values left out)\nHINT: none",
        ),
        ("IntegrityError('duplicate\\nDETAIL:  Key (x)=(Rossi).\\n')", "IntegrityError('duplicate\\n(values left out)"),
        (
            "import 0198c5a0-0000-7000-8000-000000000000 stumbled",
            "import 0198c5a0-0000-7000-8000-000000000000 stumbled",
        ),
        *(
            (f"{before}/{page}/WyJhIl0:1abC-d_e:x9{after}", f"{before}/{page}/(token){after}")
            for page in LINKS
            for before, after in (("Not Found: ", ""), ("https://coperto.example.com", "/"), ('"GET ', " HTTP/1.1"))
        ),
        ("answered in 1200 ms, 20261126031200", "answered in 1200 ms, 20261126031200"),
    ],
)
def test_a_line_names_nobody(message, left):
    assert written(message.replace("%", "%%")).endswith(left)


def _complain(text):
    raise ValueError(text)


def test_a_traceback_names_nobody():
    try:
        _complain("anna@example.com\nDETAIL:  Key (phone)=(+393331234567)")
    except ValueError:
        line = written("it broke", exc_info=sys.exc_info())

    assert "anna@" not in line
    assert "333123" not in line
    assert "ValueError: (e-mail)" in line


def test_mail_without_a_server_is_shown_and_not_filed(tmp_path, capsys):
    letter = EmailMessage("Hello", "Dear Anna", "house@example.com", ["anna@example.com"])
    mail.TerminalMail().send_messages([letter])
    console = Console(tmp_path / "logs")

    for line in [*capsys.readouterr().out.splitlines(), "ready"]:
        console.say("worker", line)
    console.close()

    filed = (tmp_path / "logs" / "worker.log").read_text()
    assert filed.endswith("ready\n")
    assert "Anna" not in filed
    assert "anna@" not in filed


def test_what_is_to_be_copied_bears_no_name_before_it(tmp_path, capfd):
    """The printed `curl` is pasted as it stands (issue 2)."""
    console = Console(tmp_path / "logs")

    console.say("coperto", "ready")
    console.show("coperto", "  curl -sS http://127.0.0.1:8000/")
    console.close()

    assert capfd.readouterr().out == "coperto  | ready\n  curl -sS http://127.0.0.1:8000/\n"
    assert "curl" in (tmp_path / "logs" / "coperto.log").read_text()


def test_what_is_shown_bears_a_mark_on_every_line(capsys):
    terminal.show("Dear Anna,\n\ncome back")

    assert capsys.readouterr().out == f"{terminal.MARK}Dear Anna,\n{terminal.MARK}\n{terminal.MARK}come back\n"
