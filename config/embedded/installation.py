"""What one installation remembers between its starts: identity, generated passwords, last ports.

Kept beside the connection values in the closed state folder; deleting the folder starts a new installation.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from config import state

LOCK_FILE = "lock"


class AlreadyRunning(Exception):
    """Another supervisor works in this state folder."""


class Installation:
    """The remembered values of one state folder."""

    def __init__(self, home: Path) -> None:
        self.home = state.prepare(home)
        self._file = self.home / state.INSTALLATION_FILE
        self._values = state.read(self._file)
        self._lock: int | None = None

    def get(self, name: str) -> str | None:
        """A remembered value."""
        return self._values.get(name)

    def keep(self, **values: object) -> None:
        """Remember values for the next start."""
        new = self._values | {name: str(value) for name, value in values.items()}
        if new != self._values:
            self._values = new
            state.write(self._file, new)

    def forget(self, name: str) -> None:
        """Remember a value no longer."""
        if self._values.pop(name, None) is not None:
            state.write(self._file, self._values)

    def secret(self, name: str, length: int = 24) -> str:
        """A password made once, of letters that need no quoting in an address."""
        if name not in self._values:
            self.keep(**{name: secrets.token_urlsafe(length)})
        return self._values[name]

    @property
    def identity(self) -> str:
        """Tells this installation apart from an earlier one in the same folder."""
        if "identity" not in self._values:
            self.keep(identity=secrets.token_hex(4))
        return self._values["identity"]

    def lock(self) -> None:
        """Hold the state folder until we end, however we end.

        Raises:
            AlreadyRunning: somebody else holds it.
        """
        handle = os.open(self.home / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 32).decode().strip()
            os.close(handle)
            raise AlreadyRunning(
                f"Coperto is already running in {self.home} (process {holder or 'unknown'}). Stop it first, "
                "or set COPERTO_HOME to another folder for a second installation."
            ) from error
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._lock = handle

    def is_locked(self) -> bool:
        """Whether a supervisor works in this state folder now."""
        return is_held(self.home)


def is_held(home: Path) -> bool:
    """Whether a running supervisor holds the state folder."""
    try:
        handle = os.open(home / LOCK_FILE, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
