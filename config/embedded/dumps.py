"""Back up and restore the whole database with PostgreSQL's own tools, as the owner of the tables.

Under row level security `pg_dump` of the application's role writes empty tables and reports success; the owner sees
every row. A restore replaces everything in one transaction: on a failure the old data stands.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.embedded import binaries

_EMPTIED = """\
SET client_min_messages = warning;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


class DumpFailed(Exception):
    """The backup or the restore did not work; the message says why."""


def backup(database: Mapping[str, Any], target: Path) -> None:
    """Write the whole database to `target`, whole or not at all. `database` holds HOST, PORT, USER, PASSWORD, NAME."""
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        words = ["--format=custom", "--no-owner", "--no-privileges", "--no-comments"]
        _run("pg_dump", database, *words, "--file", str(draft))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def restore(database: Mapping[str, Any], source: Path) -> None:
    """Replace everything in the database by the backup. Rights are not in it: run `migrate` afterwards.

    Raises:
        DumpFailed: the file is no backup, or does not fit; nothing has changed then.
    """
    if not source.is_file():
        raise DumpFailed(f"There is no backup file {source}.")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "restore.sql"
        # Turned into SQL first: a broken file must be known as such before the old data goes.
        _run("pg_restore", database, "--no-owner", "--no-privileges", "--file", str(script), str(source))
        whole = Path(folder) / "whole.sql"
        whole.write_text(f"{_EMPTIED}\\i {script}\n")
        words = ["--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", "--output", os.devnull]
        _run("psql", database, *words, "--file", str(whole))


def _run(program: str, database: Mapping[str, Any], *words: str) -> None:
    path = binaries.find_postgres().folder / program
    if not path.exists():
        raise DumpFailed(f"{program} is not installed in {path.parent}.")
    target = [] if program == "pg_restore" else ["--dbname", str(database["NAME"])]
    argv = [str(path), *target, *words]
    done = subprocess.run(argv, env=_environment(database), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DumpFailed(f"{program} failed: {done.stderr.strip()}")


def _environment(database: Mapping[str, Any]) -> dict[str, str]:
    """The password goes by the environment: the command line can be read by everybody."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PGHOST": str(database["HOST"]),
        "PGPORT": str(database["PORT"] or 5432),
        "PGUSER": str(database["USER"]),
        "PGPASSWORD": str(database["PASSWORD"]),
    }
