"""`backup FILE`: the whole database in one file (see `config.embedded.dumps`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.embedded import binaries, dumps


class Command(BaseCommand):
    help = "Write the whole database to a file that `restore` reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to write; an existing one is replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"]
        if "owner" not in settings.DATABASES:
            raise CommandError("DATABASE_OWNER_URL is not set: the app's role cannot see every row to back it up.")
        try:
            dumps.backup(settings.DATABASES["owner"], target)
        except (dumps.DumpFailed, binaries.NothingToRun, OSError) as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"{target}: {target.stat().st_size:,} bytes. It holds personal data: keep it closed.")
