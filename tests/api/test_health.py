"""`/healthz` and `/readyz`: alive; database, broker and worker answer (API.md)."""

from __future__ import annotations

import time

from django.test import Client


def test_the_process_is_alive_without_a_database():
    response = Client().get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_it_is_not_ready_while_no_worker_answers(db):
    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": "ok", "broker": "ok", "worker": "no answer"}


def test_a_broker_that_is_down_is_named_at_once(db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    started = time.monotonic()

    response = Client().get("/readyz")

    assert response.json() == {"status": "unavailable", "database": "ok", "broker": "no answer", "worker": "no answer"}
    assert time.monotonic() - started < 3
