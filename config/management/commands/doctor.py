"""`doctor`: what this machine offers and what was chosen (see `config.embedded.doctor`)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.embedded import doctor


class Command(BaseCommand):
    help = "Say which database, broker and ports Coperto uses here, and why."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        doctor.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit(doctor.report(as_json=options["json"]))
