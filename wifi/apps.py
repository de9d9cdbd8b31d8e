from __future__ import annotations

from django.apps import AppConfig


class WifiConfig(AppConfig):
    name = "wifi"
