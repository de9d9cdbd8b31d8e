"""Where a running installation writes down how to reach it.

The state folder (`COPERTO_HOME`, else `.coperto` in the project's root) is readable by its owner alone
(0700), and so is the file with the connection values in it (0600). Every `manage.py` command finds the
running database through it; the environment always wins over the file (see config/settings.py).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
CONNECTION_FILE = "connection.json"
INSTALLATION_FILE = "installation.json"


def home() -> Path:
    """The state folder of this installation, as an absolute path; it need not exist yet."""
    chosen = os.environ.get("COPERTO_HOME")
    return Path(chosen).expanduser().absolute() if chosen else PROJECT_ROOT / ".coperto"


def load() -> dict[str, str]:
    """DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL and SECRET_KEY as last saved; empty when nothing was."""
    return read(home() / CONNECTION_FILE)


def save(values: Mapping[str, str]) -> None:
    """Replace the saved connection values, in one step that a crash cannot halve."""
    write(prepare(home()) / CONNECTION_FILE, values)


def prepare(folder: Path) -> Path:
    """Create the folder when missing and close it to everybody but its owner."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def read(path: Path) -> dict[str, str]:
    """The text values of a file written by `write`; empty when there is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, PermissionError):
        return {}
    return {str(key): str(value) for key, value in content.items()}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Write the values so that only the owner can read them, whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(dict(values), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
