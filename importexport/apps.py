from __future__ import annotations

from django.apps import AppConfig


class ImportexportConfig(AppConfig):
    name = "importexport"
