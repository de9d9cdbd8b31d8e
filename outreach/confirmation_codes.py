"""The six digits of a confirmation: from its id and the installation's secret, so that no table holds them (R-CRM-8).

What was said by those who never told us the code is forgotten when it has expired.
"""

from __future__ import annotations

import datetime

from django.utils.crypto import salted_hmac

from outreach.models import Confirmation
from tenants import lookup, scope

DIGITS = 6
SALT = "outreach.confirmation"


def code_of(confirmation: Confirmation) -> str:
    digest = salted_hmac(SALT, f"{confirmation.tenant_id}:{confirmation.pk}", algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}}"


def forget_expired(*, at: datetime.datetime) -> int:
    """Delete the expired confirmations of all tenants; answers how many rows went."""
    deleted = 0
    for tenant_id in lookup.all_tenants():
        with scope.enter(tenant_id, scope.WORKER):
            deleted += Confirmation.objects.filter(expires_at__lte=at).delete()[0]
    return deleted
