"""`rotate_health_keys`: seal all allergies with the newest key, so that older ones can be taken out of HEALTH_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm import health
from crm.sealing import Unreadable
from tenants import lookup, scope


class Command(BaseCommand):
    help = "Seal every note of allergies that lies under an older key with the first of HEALTH_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for tenant_id in lookup.all_tenants():
            while done := self._rotate(tenant_id):
                count += done
        self.stdout.write(f"{count} notes are sealed anew; older keys can go from HEALTH_KEYS now.")

    def _rotate(self, tenant_id: Any) -> int:
        """A chunk in a transaction of its own: stopped and begun again, the command goes on where it was."""
        try:
            with scope.enter(tenant_id, scope.SYSTEM):
                return health.rotate()
        except Unreadable as refusal:
            raise CommandError(str(refusal.message)) from refusal
