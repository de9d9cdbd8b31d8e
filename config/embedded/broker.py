"""The embedded broker: Valkey (or Redis) on the loopback address, behind a generated password.

PostgreSQL holds the truth and a sweeper rings again for what the broker forgot; the append-only file only
spares a restart that wait. The configuration goes in by standard input, so that the password is in no file and no
process list.
"""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from config.embedded.binaries import Broker
from config.embedded.place import Place
from config.embedded.ports import LOOPBACK
from config.embedded.processes import Program


@dataclass(frozen=True)
class Server:
    """One broker, its data folder and the port it is served on."""

    binary: Broker
    place: Place
    port: int
    password: str
    is_durable: bool = True

    @property
    def url(self) -> str:
        """How Celery and the cache reach it."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.place.folder / "broker"

    def program(self) -> Program:
        """The server, ready to be started."""
        return Program(
            name="broker",
            argv=[str(self.binary.server), "-"],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            account=self.place.account,
            feed=self._configuration(),
            stop_signal=signal.SIGTERM,
        )

    def create(self) -> None:
        """Make the data folder when there is none."""
        self.place.closed_folder(self.data.name)

    def answers(self) -> bool:
        """Whether the server answers a PING."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while b"PONG" not in answer and (received := connection.recv(256)):
                    answer += received
        except OSError:
            return False
        return b"+PONG" in answer

    def _configuration(self) -> str:
        return "\n".join(
            [
                f"bind {LOOPBACK}",
                f"port {self.port}",
                f"requirepass {self.password}",
                f'dir "{self.data}"',
                f"appendonly {'yes' if self.is_durable else 'no'}",
                "appendfsync everysec",
                'save ""',
                "maxmemory-policy noeviction",
                "",
            ]
        )
