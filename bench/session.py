"""One run of the benchmarks on servers that stand."""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import django
from django.core.management import call_command

django.setup()

from bench import card, guest_list, intakes, rebuild, report, stage, tenant  # noqa: E402 (models need the apps)
from bench.figures import Outcome  # noqa: E402
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
    outcomes = list(_outcomes(connection, given, filled, asked))
    circumstances = report.circumstances(contacts=filled.contacts, others=filled.others)
    print(f"{circumstances}\n\n{report.text(outcomes)}")
    if not (asked.quick or asked.only):
        report.write(outcomes, circumstances)
    return 0 if all(bar.is_kept for outcome in outcomes for bar in outcome.bars) else 1


def _outcomes(
    connection: Connection, given: Mapping[str, str], filled: tenant.Filled, asked: argparse.Namespace
) -> Iterator[Outcome]:
    """What is asked of a list comes before what fills it further."""
    quick = asked.quick
    if asked.only in (None, "list"):
        yield guest_list.run(connection, given, filled, repetitions=5 if quick else 25)
    if asked.only in (None, "card"):
        yield card.run(given, filled, repetitions=5 if quick else 25)
    if asked.only in (None, "rebuild"):
        yield rebuild.run(filled, chunks=8 if quick else 40)
    if asked.only in (None, "intakes"):
        effort = intakes.Effort(2, 1.0, 1.0) if quick else intakes.Effort(7, 2.5, 2.0)
        yield intakes.run(connection, given, filled, effort)
