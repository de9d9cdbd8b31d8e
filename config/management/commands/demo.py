"""`demo`: a tenant with staff, guests and bookings, to look at and to measure with."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from config.demo import tenant


class Command(BaseCommand):
    help = "Make the demo tenant, once, and print its logins and an API key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--contacts", type=int, default=150)
        parser.add_argument("--days", type=int, default=300, help="how far back its bookings go")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same guests")
        parser.add_argument("--json", action="store_true", help="print the result as JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            answer = tenant.make(tenant.Size(options["contacts"], options["days"], options["seed"]))
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        for login in answer["logins"]:
            self.stdout.write(f"{login['role']}: {login['email']} / {login['password']}")
        self.stdout.write(f"API key {answer['api_key']}")
