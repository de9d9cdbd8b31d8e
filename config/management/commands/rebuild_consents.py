"""`rebuild_consents`: all consents made anew from their ledger; says where they were wrong, which should be nowhere."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent import rebuilding
from consent.rebuilding import Difference
from tenants import lookup

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Rebuild the consent of every address from its ledger and report differences; exits with 1 when there were any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", type=UUID, help="of this tenant only; all of them without it")

    def handle(self, *args: Any, **options: Any) -> None:
        began, count, differences = time.monotonic(), 0, list[Difference]()
        for tenant_id in [options["tenant"]] if options["tenant"] else lookup.all_tenants():
            for chunk in rebuilding.of_tenant(tenant_id):
                count += chunk.address_count
                differences += chunk.differences
        taken = time.monotonic() - began
        for one in differences[:SHOWN]:
            self.stdout.write(f"{one.status_id} {one.channel}: stood at {one.before}, the ledger says {one.after}")
        self.stdout.write(f"{count} addresses in {taken:.1f} s, {len(differences)} differences")
        if differences:
            raise CommandError(f"{len(differences)} consents were wrong; they are right now.", returncode=1)
