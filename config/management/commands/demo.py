"""`demo`: a tenant with staff, guests and years of history by every channel, to look at and to measure with."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from config.demo import tenant

# Up to so many guests are made whole or not at all; more would need more locks than one transaction may hold.
WHOLE = 300


class Command(BaseCommand):
    help = "Make the demo tenant, once, and print its logins and an API key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--contacts", type=int, default=100)
        parser.add_argument(
            "--days", type=int, default=1095, help="how far back its history goes; three years by default"
        )
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same history, up to today")
        parser.add_argument("--json", action="store_true", help="print the result as JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        size = tenant.Size(options["contacts"], options["days"], options["seed"])
        with transaction.atomic() if size.contacts <= WHOLE else contextlib.nullcontext():
            answer = tenant.make(size)
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        for login in answer["logins"]:
            self.stdout.write(f"{login['role']}: {login['email']} / {login['password']}")
        self.stdout.write(f"API key {answer['api_key']}")
