"""`up`: run everything (see `config.embedded.start`). `manage.py` calls that directly, without loading Django."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.embedded import start


class Command(BaseCommand):
    help = "Run Coperto: database, broker, web, worker and beat, restarted when they die."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        start.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit(start.run(port=options["port"], demo=options["demo"]))
