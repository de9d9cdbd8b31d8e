"""`backup FILE`: the whole database in one file (see `config.embedded.dumps`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import database
from config.embedded import binaries, dumps


class Command(BaseCommand):
    help = "Write the whole database to a file that `restore` reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to write; an existing one is replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tenants = dumps.backup(database.owner_url(settings.DATABASES), options["file"])
        except (dumps.DumpFailed, binaries.NothingToRun, OSError) as fault:
            raise CommandError(str(fault)) from fault
        size = options["file"].stat().st_size
        self.stdout.write(f"{options['file']}: {tenants} tenants, {size:,} bytes. It holds personal data: keep it closed.")
