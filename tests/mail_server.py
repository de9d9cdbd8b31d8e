"""A mail server of the tests' own: real SMTP on a port, which answers as the test wants and keeps what it took."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator

HANG_UP = ""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class MailServer(socketserver.ThreadingTCPServer):
    """`answers` stand for the usual ones, by `RCPT <address>` or the command: MAIL, RCPT, DATA, END (of the text).

    HANG_UP closes the connection instead of answering. `taken` counts the mails that were accepted, by address. Each answer
    takes `seconds`.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Session)
        self.answers: dict[str, str] = {}
        self.taken: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.seconds = 0.0


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.partition(" ")[0].upper()
            if verb == "QUIT" or not self._obey(verb, line):
                return

    def _obey(self, verb: str, line: str) -> bool:
        if verb == "RCPT":
            self.address = line.partition("<")[2].partition(">")[0]
            self.server.asked[self.address] += 1
            return self._answer(
                f"RCPT {self.address}" if f"RCPT {self.address}" in self.server.answers else verb, "250 ok"
            )
        if verb == "DATA":
            return self._answer("DATA", "354 go on") and self._take_text()
        return self._answer(verb, "250 ok")

    def _take_text(self) -> bool:
        if not self.server.answers.get("DATA", "354").startswith("354"):
            return True
        while self.rfile.readline().strip() != b".":
            pass
        answer = self.server.answers.get("END", "250 taken")
        if answer.startswith("250") or answer == HANG_UP:
            self.server.taken[self.address] += 1
        return self._answer("END", "250 taken")

    def _answer(self, name: str, usual: str) -> bool:
        answer = self.server.answers.get(name, usual)
        if answer == HANG_UP:
            return False
        self._say(answer)
        return True

    def _say(self, text: str) -> None:
        time.sleep(self.server.seconds)
        with contextlib.suppress(OSError):
            self.wfile.write(f"{text}\r\n".encode())


@contextlib.contextmanager
def mail_server(port: int) -> Iterator[MailServer]:
    with MailServer(port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
