#!/usr/bin/env python
"""Coperto's commands: `up` runs everything, `doctor` explains what was chosen, `--help` lists the rest."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command named on the command line with Coperto's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
