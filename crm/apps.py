from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        """Load the module `facet` of every app, which registers what that app holds on contacts."""
        autodiscover_modules("facet")
