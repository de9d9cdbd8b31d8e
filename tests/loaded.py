"""What the process loads that `tests.parallel` forks from: Django, and the modules behind every door."""

from __future__ import annotations

import importlib

import django

django.setup()
importlib.import_module("config.urls")
