"""The WSGI application that the web server's workers load.

A worker of the web server is a grandchild of the supervisor: it asks for its own end when its parent dies, and it
refuses to serve with a database role that bypasses row level security, or without the secrets it must never lose.
"""

from __future__ import annotations

import gc
import importlib
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config import checks
from config.embedded import lifeline, migrating

OBJECTS_BETWEEN_COLLECTIONS = 10_000

if os.environ.get("COPERTO_SUPERVISED"):
    lifeline.follow(os.getppid())

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
if os.environ.get("COPERTO_SUPERVISED") and migrating.are_running(settings.COPERTO_HOME):
    # There is time for what the first request would load.
    importlib.import_module(settings.ROOT_URLCONF)
    migrating.wait(settings.COPERTO_HOME)
checks.refuse_to_serve()
# What is loaded by now lives as long as the process: the collector need not walk it again and again. Nor does it need to
# look for cycles a dozen times in one page, whose rows go without it.
gc.collect()
gc.freeze()
gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
