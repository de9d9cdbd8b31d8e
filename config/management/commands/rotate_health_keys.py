"""`rotate_health_keys`: seal all allergies with the newest key, so that older ones can be taken out of HEALTH_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm import resealing
from crm.sealing import Unreadable


class Command(BaseCommand):
    help = "Seal all allergies that lie under an older key, in notes and in rows of imports, with the first of HEALTH_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = resealing.run()
        except Unreadable as refusal:
            raise CommandError(str(refusal.message)) from refusal
        said = f"{count} texts are sealed anew"
        if not resealing.is_done():
            raise CommandError(
                f"{said}, but others are being worked on under an older key, which must stay: run this again."
            )
        self.stdout.write(f"{said}; older keys can go from HEALTH_KEYS now.")
