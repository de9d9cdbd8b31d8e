"""The API's own periodic work."""

from __future__ import annotations

from celery import shared_task

from api import idempotency


@shared_task(name="api.forget_idempotency_keys")
def forget_idempotency_keys() -> None:
    idempotency.forget_everywhere()
