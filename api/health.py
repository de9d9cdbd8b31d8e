"""Two questions an operator's tools ask: is the process alive, and can it serve?

`/healthz` answers as long as the process does. `/readyz` asks the database, the broker and a worker, and is 503 with
the name of what is missing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import redis
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import KombuError

logger = logging.getLogger(__name__)
PATIENCE = 1.0


def alive(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    has_broker = _answers(_broker)
    # A worker answers through the broker: without one the question would only wait.
    parts = {"database": _answers(_database), "broker": has_broker, "worker": has_broker and _answers(_worker)}
    is_ready = all(parts.values())
    body = {
        "status": "ok" if is_ready else "unavailable",
        **{name: "ok" if works else "no answer" for name, works in parts.items()},
    }
    return JsonResponse(body, status=200 if is_ready else 503)


def _answers(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (DatabaseError, redis.RedisError, KombuError, OSError):
        logger.warning("not ready: %s", question.__name__.strip("_"), exc_info=True)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _broker() -> bool:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    with client:
        return bool(client.ping())


def _worker() -> bool:
    return bool(current_app.control.ping(timeout=PATIENCE, limit=1))
