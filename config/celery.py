"""The Celery application. PostgreSQL is the truth, Celery the doorbell: see ARCHITECTURE, Jobs."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from config import checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("coperto")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def check_role(**kwargs: Any) -> None:
    """Celery logs what a receiver raises and goes on, except SystemExit."""
    try:
        checks.refuse_to_serve()
    except (ImproperlyConfigured, DatabaseError) as error:
        raise SystemExit(str(error)) from error
