"""The bell for the worker that sends a guest the link to confirm a tick (R-CONSENT-3), rung once the tick is committed.

Who writes to guests stands above consent, so its task is called by name. When nobody hears the bell, the sweeper rings.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from celery import current_app
from django.db import transaction

from consent.models import ConsentStatus
from tenants import scope

TASK = "outreach.send_opt_in_link"


def ring(waiting: Iterable[ConsentStatus]) -> None:
    for row in waiting:
        ids = {"tenant_id": str(scope.tenant_id()), "status_id": str(row.pk)}
        transaction.on_commit(partial(_ring, ids), robust=True)


def _ring(ids: dict[str, str]) -> None:
    current_app.signature(TASK, kwargs=ids).apply_async()
