"""`backup` and `restore`: every row comes back, and a restore that fails changes nothing (R-PRIV-3)."""

from __future__ import annotations

import datetime
import json
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest

from tests.config import installations
from tests.config.installations import Installation

# What everybody may run of the functions that see and wipe over row level security: a backup does not hold rights.
PUBLIC_FUNCTIONS = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace "
                   "AND has_function_privilege('public', oid, 'EXECUTE')")
    print(cursor.fetchall())
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    with installations.fresh() as installation:
        installation.start()
        yield installation


@pytest.mark.nightly
def test_a_restore_brings_back_every_row_and_its_rights(running, tmp_path):
    founded = installations.found(running)
    writer = installations.Writer(running, founded)
    with writer:
        pass
    file = tmp_path / "backup"

    assert run(running, "backup", str(file)) == (
        0,
        f"{file}: {file.stat().st_size:,} bytes. It holds personal data: keep it closed.\n",
    )
    assert file.stat().st_mode & 0o777 == 0o600
    later = installations.Writer(running, founded)
    with later:
        pass
    assert run(running, "restore", str(file), "--yes") == (0, f"Restored from {file} and migrated to this version.\n")

    assert writer.lost() == []
    with installations.Writer(running, founded) as after:
        pass
    assert after.lost() == []
    assert run(running, "shell", "--no-imports", "-c", PUBLIC_FUNCTIONS) == (0, "[]\n")


@pytest.mark.nightly
def test_who_was_erased_after_the_backup_does_not_come_back_with_it(running, tmp_path):
    """R-PRIV-1: the log of erasures lies outside the database."""
    founded = installations.found(running)
    file = tmp_path / "backup"
    guest = {"first_name": "Quokkina", "email": "quokka@example.com", "phone": "+393339876543"}
    sent = {"venue": founded["venues"][0]["id"], "kind": "walk_in", "party_size": 2, "guest": guest}
    taken = ask(running, founded, "POST", "bookings/", sent)
    run(running, "backup", str(file))
    erased = ask(running, founded, "POST", f"contacts/{taken['contact']}/erase/", {"confirm": guest["email"]})
    assert erased["status"] == "erased"

    assert run(running, "restore", str(file), "--yes") == (
        0,
        f"Restored from {file} and migrated to this version.\nCleared once more what had been cleared since: 1.\n",
    )

    assert ask(running, founded, "GET", f"bookings/{taken['id']}/")["guest"] == {}
    assert ask(running, founded, "GET", "contacts/?q=quokka")["results"] == []
    assert "quokka" not in (running.home / "erasures.jsonl").read_text()
    assert "quokka" not in "".join(path.read_text() for path in (running.home / "logs").iterdir())


@pytest.mark.nightly
def test_who_was_promised_it_after_the_backup_is_still_to_be_erased(running, tmp_path):
    """R-PRIV-1: so are promises (202), which the backup does not know of."""
    founded = installations.found(running)
    file = tmp_path / "backup"
    guest = {"first_name": "Quollina", "email": "quoll@example.com"}
    starts_at = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3)).isoformat()
    sent = {"venue": founded["venues"][0]["id"], "channel": "phone", "party_size": 2, "guest": guest}
    taken = ask(running, founded, "POST", "bookings/", {**sent, "starts_at": starts_at})
    run(running, "backup", str(file))
    wanted = {"confirm": guest["email"], "upcoming": "erase_after"}
    promised = ask(running, founded, "POST", f"contacts/{taken['contact']}/erase/", wanted)

    code, said = run(running, "restore", str(file), "--yes")

    assert (code, said.splitlines()[1:]) == (0, ["Put off to a day, or kept, as had been promised since: 1."])
    assert ask(running, founded, "GET", f"contacts/{taken['contact']}/")["erase_on"] == promised["erase_on"]


@pytest.mark.nightly
def test_a_broken_backup_changes_nothing(running, tmp_path):
    founded = installations.found(running)
    file, broken = tmp_path / "backup", tmp_path / "broken"
    with installations.Writer(running, founded) as writer:
        pass
    run(running, "backup", str(file))
    broken.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    code, said = run(running, "restore", str(broken), "--yes")

    assert code == 1
    assert said.startswith("CommandError: pg_restore failed: ")
    assert writer.lost() == []


def ask(running: Installation, founded, method: str, path: str, body=None):
    request = urllib.request.Request(
        f"{running.url}/api/v1/{path}",
        method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": f"Bearer {founded['api_key']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def run(running: Installation, *words: str) -> tuple[int, str]:
    command = running.command(*words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    printed, _ = command.communicate(timeout=60)
    return command.returncode, printed.decode()
