#!/usr/bin/env python
"""Coperto's commands: `up` runs everything, `doctor` explains what was chosen, `help` lists the rest."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

from config.embedded import doctor, start

# These two must work before there is a database or a secret key, and start fast: they load no settings.
WITHOUT_SETTINGS = {"up": start.main, "doctor": doctor.main}


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = WITHOUT_SETTINGS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if command:
        sys.exit(command(sys.argv[2:]))
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as fault:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"The database does not answer: is `manage.py up` running? {fault}")


if __name__ == "__main__":
    main()
