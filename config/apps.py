from __future__ import annotations

from django.apps import AppConfig

from config import checks
from config.celery import app as celery_app

__all__ = ["celery_app", "checks"]


class ConfigConfig(AppConfig):
    name = "config"
