"""`create_tenant`: a tenant with its venues, its owner and an API key that may do everything."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from config import founding
from config.management import refusals
from staff import api_keys
from tenants import scope
from tenants.permissions import Permission, Preset
from tenants.refusal import Refusal

OPTIONS = {"email": "--owner-email", "venue.name": "--venue"}


class Command(BaseCommand):
    help = "Create a tenant with venues, an owner and an API key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--country", required=True, help="two letters, such as IT")
        parser.add_argument("--timezone", required=True, help="such as Europe/Rome")
        parser.add_argument("--currency", required=True, help="three letters, such as EUR")
        parser.add_argument("--owner-email", required=True)
        parser.add_argument("--venue", action="append", default=[], help="repeat it for several venues")
        parser.add_argument("--json", action="store_true", help="print the result as JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = _create(options)
        except Refusal as refusal:
            raise refusals.as_error(refusal, OPTIONS) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self._explain(answer)

    def _explain(self, answer: dict[str, Any]) -> None:
        self.stdout.write(f"Tenant {answer['tenant']['name']} ({answer['tenant']['id']})")
        for venue in answer["venues"]:
            self.stdout.write(f"Venue {venue['name']} ({venue['id']})")
        self.stdout.write(f"Owner {answer['owner']['email']}, password {answer['owner']['password'] or 'unchanged'}")
        self.stdout.write(f"API key {answer['api_key']}")
        self.stdout.write("No marketing leaves before each venue's settings say its legal name and postal address.")


@transaction.atomic
def _create(options: dict[str, Any]) -> dict[str, Any]:
    founded = founding.found(
        name=options["name"],
        country=options["country"].upper(),
        timezone=options["timezone"],
        currency=options["currency"].upper(),
        owner_email=options["owner_email"],
        venue_names=options["venue"],
    )
    with scope.enter(founded.tenant.pk, scope.SYSTEM):
        _key, text = api_keys.create(
            name="create_tenant", preset=Preset.ADMIN, besides=frozenset({Permission.GUEST_ACTION})
        )
    return {
        "tenant": {"id": str(founded.tenant.pk), "name": founded.tenant.name, "slug": founded.tenant.slug},
        "venues": [{"id": str(venue.pk), "name": venue.name} for venue in founded.venues],
        "owner": {"email": founded.owner.email, "password": founded.password},
        "api_key": text,
    }
