"""What a command says when it cannot work: a sentence, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

from config.embedded import ports

ROOT = Path(__file__).parents[2]


def said(home: Path, *words: str) -> tuple[int, str]:
    """The exit code and the words of a command whose database does not run; nobody is there to answer it."""
    url = f"postgres://nobody:none@127.0.0.1:{ports.for_server(None)}/coperto"
    chosen = {"DATABASE_URL": url, "DATABASE_OWNER_URL": url, "COPERTO_HOME": str(home), "SECRET_KEY": "s" * 50}
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=os.environ | chosen | {"REDIS_URL": "redis://127.0.0.1:1/0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_without_its_database_a_command_says_what_to_start(tmp_path: Path) -> None:
    code, words = said(tmp_path, "create_key", "--tenant", str(uuid.uuid4()), "--preset", "read")

    assert code == 1
    assert words.startswith("The database does not answer: is `manage.py up` running?")
    assert "Traceback" not in words


def test_a_restore_that_nobody_confirms_changes_nothing(tmp_path: Path) -> None:
    code, words = said(tmp_path, "restore", str(tmp_path / "backup"))

    assert code == 1
    assert words.endswith("CommandError: Nothing was changed. Say --yes where nobody can answer.\n")
