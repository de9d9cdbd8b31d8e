"""One run of the benchmarks on servers that stand."""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import django
from django.core.management import call_command

django.setup()

from bench import bookings, guest_list, report, stage, tenant  # noqa: E402 (models need the apps)
from config.embedded import Connection  # noqa: E402


def run(connection: Connection, given: Mapping[str, str], home: Path, asked: argparse.Namespace) -> int:
    """Fill, measure, report; the exit code."""
    began = time.monotonic()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM} if asked.hold else ())
    call_command("migrate", verbosity=0)
    contacts, others = (20_000, 100) if asked.quick else (200_000, 1_000)
    filled = tenant.filled(connection, home, contacts=contacts, others=others)
    print(f"filled after {time.monotonic() - began:.0f} s")
    if asked.hold:
        stage.hold(connection, home)
        return 0
    outcomes = []
    if asked.only != "bookings":
        outcomes.append(guest_list.run(connection, given, filled, repetitions=10 if asked.quick else 25))
    if asked.only != "list":
        effort = bookings.Effort(rounds=3, seconds=1.5) if asked.quick else bookings.Effort(rounds=9, seconds=3)
        outcomes.insert(0, bookings.run(connection, given, filled, effort))
    circumstances = report.circumstances(contacts=filled.contacts, others=filled.others)
    print(f"{circumstances}\n\n{report.text(outcomes)}")
    if not (asked.quick or asked.only):
        report.write(outcomes, circumstances)
    return 0 if all(bar.is_kept for outcome in outcomes for bar in outcome.bars) else 1
