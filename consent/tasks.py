"""The nightly comparison of consents with their ledger."""

from __future__ import annotations

from celery import shared_task

from consent import rebuilding


@shared_task(name="consent.compare_with_ledger")
def compare_with_ledger() -> None:
    rebuilding.rebuild_everywhere()
