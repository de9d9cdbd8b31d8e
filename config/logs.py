"""Log lines: time, level, request, message. No guest data is ever logged (R-PRIV-1).

Nobody logs them on purpose; what an error quotes of them, such as the values of a database's complaint, is taken out here.
"""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar

from tenants import terminal

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_ADDRESS = re.compile(r"[^\s@<>\"'(),;:=]+@[^\s@<>\"'(),;:]+\.[^\s@<>\"'(),;:]+")
_PHONE = re.compile(r"(?<![\w+])\+\d{8,15}(?!\d)")
# A guest's link holds the address; whoever has an invitation's may join the staff.
_TOKEN = re.compile(r"/(unsubscribe|preferences|confirm|invitation)/[^\s/\"'>]+")
# PostgreSQL names the row at fault in lines of their own.
_QUOTING = re.compile(r"(?:^|(?<=\\n))(?:DETAIL|CONTEXT|QUERY|STATEMENT|LINE \d+):.*$", re.MULTILINE)


class LineFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id.get()
        line = super().format(record)
        return line if terminal.MARK in line else without_guests(line)


def without_guests(text: str) -> str:
    """The text without e-mails, phones, people's own links and the values that a database quotes."""
    unquoted = _TOKEN.sub(r"/\1/(token)", _QUOTING.sub("(values left out)", text))
    return _PHONE.sub("(phone)", _ADDRESS.sub("(e-mail)", unquoted))
