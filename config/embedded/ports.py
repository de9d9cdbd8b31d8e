"""Ports on the loopback address: which are free, and which to take.

Servers of our own get ports below the range the kernel hands to outgoing connections, so that a
restarted server finds its port again.
"""

from __future__ import annotations

import random
import socket

LOOPBACK = "127.0.0.1"
_FIRST, _LAST = 15000, 31999


class PortTaken(Exception):
    """The port that was asked for is in use; an explicit port is never swapped."""


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def for_server(preferred: str | None) -> int:
    """The port a server used last, or a free one."""
    if preferred and is_free(int(preferred)):
        return int(preferred)
    while True:
        port = random.randint(_FIRST, _LAST)  # noqa: S311 - not a secret
        if is_free(port):
            return port


def for_web(explicit: int | None, host: str, default: int = 8000) -> int:
    """The explicit port, or the first free one from `default` on.

    Raises:
        PortTaken: the explicit port is in use.
    """
    if explicit is not None:
        if not is_free(explicit, host):
            raise PortTaken(
                f"Port {explicit} on {host} is already in use. Stop the program that holds it, "
                "or choose another with --port N or PORT=N."
            )
        return explicit
    return next(port for port in range(default, 65536) if is_free(port, host))
