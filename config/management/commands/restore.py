"""`restore FILE`: replace the whole database by a backup (see `config.embedded.dumps`).

Whoever was erased since the backup was taken is erased once more, as the log outside the database says (R-PRIV-1).
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections

from config.embedded import binaries, dumps
from crm import erasing_again, erasure_log, erasure_promises


class Command(BaseCommand):
    help = "Replace everything in the database by a file that `backup` wrote, then migrate it to this version."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to read")
        parser.add_argument("--yes", action="store_true", help="do not ask before everything is replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        if "owner" not in settings.DATABASES:
            raise CommandError("DATABASE_OWNER_URL is not set: only the owner of the tables can replace them.")
        database = settings.DATABASES["owner"]
        if not options["yes"] and not _is_wanted(database["NAME"]):
            raise CommandError("Nothing was changed. Say --yes where nobody can answer.")
        _bring_log_up_to_date()
        try:
            dumps.restore(database, options["file"])
        except (dumps.DumpFailed, binaries.NothingToRun, OSError) as fault:
            raise CommandError(f"{fault} The database is as it was.") from fault
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(f"Restored from {options['file']} and migrated to this version.")
        erased = erasing_again.replay()
        if erased:
            self.stdout.write(f"Cleared once more what had been cleared since: {erased}.")
        promised = erasing_again.promise_again()
        if promised:
            self.stdout.write(f"Put off to a day, or kept, as had been promised since: {promised}.")


def _bring_log_up_to_date() -> None:
    """While the database can still be asked; one that is empty or gone has nothing to say."""
    with contextlib.suppress(DatabaseError):
        erasure_log.catch_up()
        erasure_promises.catch_up()
    connections.close_all()


def _is_wanted(name: str) -> bool:
    try:
        return input(f"Replace everything in {name}? Type yes: ").strip() == "yes"
    except EOFError:
        return False
