"""`create_key`: an API key of a preset, shown once."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.management import refusals
from staff import api_keys
from tenants import lookup, scope
from tenants.models import Venue
from tenants.permissions import Preset
from tenants.refusal import Refusal

OPTIONS = {"origins": "--origin"}


class Command(BaseCommand):
    help = "Create an API key; its text is printed once and kept nowhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--tenant", required=True, help="the tenant's id, or its name in the address: trattoria-demo"
        )
        parser.add_argument("--preset", required=True, choices=Preset.values)
        parser.add_argument("--venue", type=UUID, help="bind the key to one venue: its id")
        parser.add_argument("--origin", action="append", default=[], help="a web origin a widget key may be used from")
        parser.add_argument("--name", default="")
        parser.add_argument("--json", action="store_true", help="print the result as JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        with scope.enter(_tenant_id(options["tenant"]), scope.SYSTEM):
            try:
                key, text = api_keys.create(
                    name=options["name"] or options["preset"],
                    preset=options["preset"],
                    venue=_venue(options["venue"]),
                    origins=options["origin"],
                )
            except Refusal as refusal:
                raise refusals.as_error(refusal, OPTIONS) from refusal
        answer = {"api_key": text, "prefix": key.prefix}
        self.stdout.write(json.dumps(answer) if options["json"] else f"API key {text} (prefix {key.prefix})")


def _tenant_id(text: UUID | str) -> UUID:
    try:
        found: UUID | None = UUID(str(text))
    except ValueError:
        found = lookup.tenant_with_slug(str(text))
    if found is None or found not in lookup.all_tenants():
        raise CommandError(f"--tenant: there is no tenant {text}.")
    return found


def _venue(venue_id: UUID | None) -> Venue | None:
    if venue_id is None:
        return None
    venue: Venue | None = Venue.objects.filter(pk=venue_id).first()
    if venue is None:
        raise CommandError(f"--venue: this tenant has no venue {venue_id}.")
    return venue
