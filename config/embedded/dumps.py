"""Back up and restore the whole database with PostgreSQL's own tools, as the owner of the tables.

Under row level security `pg_dump` of the application's role writes empty tables and reports success; the owner sees
every row, and the count of tenants is compared to be sure.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from config.embedded import binaries


class DumpFailed(Exception):
    """The backup or the restore did not work; the message says why and what stands."""


def backup(owner_url: str, target: Path) -> int:
    """Write the whole database to `target`, whole or not at all; the number of tenants in it."""
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        tenants = _tenants(owner_url)
        _run("pg_dump", owner_url, "--format=custom", "--no-owner", "--no-privileges", "--file", str(draft))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return tenants


def restore(owner_url: str, source: Path) -> None:
    """Replace everything in the database by the backup, in one transaction: on a failure the old data stands."""
    if not source.is_file():
        raise DumpFailed(f"There is no backup file {source}.")
    _run(
        "pg_restore", owner_url, "--clean", "--if-exists", "--no-owner", "--no-privileges",
        "--single-transaction", "--exit-on-error", str(source),
    )  # fmt: skip


def _run(program: str, owner_url: str, *words: str) -> None:
    path = binaries.find_postgres().folder / program
    if not path.exists():
        raise DumpFailed(f"{program} is not installed beside {path.parent}.")
    database = ["--dbname", urlsplit(owner_url).path.lstrip("/")]
    done = subprocess.run([path, *database, *words], env=_environment(owner_url), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DumpFailed(f"{program} failed: {done.stderr.strip()}")


def _environment(owner_url: str) -> dict[str, str]:
    """The password goes by the environment: the command line can be read by everybody."""
    parts = urlsplit(owner_url)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PGHOST": parts.hostname or "127.0.0.1",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
    }


def _tenants(owner_url: str) -> int:
    with psycopg.connect(owner_url) as connection:
        connection.execute("SELECT set_config('row_security', 'off', true)")
        row = connection.execute("SELECT count(*) FROM tenants_tenant").fetchone()
    return int(row[0]) if row else 0
