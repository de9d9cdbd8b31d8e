"""What carriers of SMS and mail report is done once, however often they report it (R-CONSENT-2)."""

from __future__ import annotations

import datetime

from consent.models import CarrierEvent


def is_first(kind: str, provider: str, external_id: str, *, at: datetime.datetime) -> bool:
    """Note the report under its own id; false when it was noted before. A second one at once waits for the first."""
    known = CarrierEvent.objects.filter(kind=kind, provider=provider, external_id=external_id)
    noted = CarrierEvent(kind=kind, provider=provider, external_id=external_id, received_at=at)
    CarrierEvent.objects.bulk_create([noted], ignore_conflicts=True)
    return known.filter(pk=noted.pk).exists()
