"""`migrate`, as the owner, followed by the grants of the app role."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections

from config import database


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        alias = options["database"]
        if alias not in connections.settings:
            raise CommandError("DATABASE_OWNER_URL is not set: migrations run as the owner of the tables.")
        super().handle(*args, **options)
        database.grant_rights(connections[alias], database.app_role())
