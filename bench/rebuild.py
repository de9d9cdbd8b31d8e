"""(d) The statistics made anew from the facts: how many contacts a second. A wrong figure would be a fault of the filling."""

from __future__ import annotations

import itertools
import time

from bench.figures import Bar, Outcome, Table
from bench.tenant import Filled
from crm import rebuilding


def run(filled: Filled, *, chunks: int) -> Outcome:
    """The first so many chunks of the list, each a transaction of its own."""
    began = time.perf_counter()
    rebuilt = list(itertools.islice(rebuilding.rebuild(filled.tenant_id), chunks))
    taken = time.perf_counter() - began
    contacts = sum(one.contact_count for one in rebuilt)
    wrong = [difference for one in rebuilt for difference in one.differences]
    table = Table("Statistics made anew", ["contacts", "seconds", "contacts a second"])
    table.rows.append([f"{contacts:,}", f"{taken:.1f}", f"{contacts / taken:,.0f}"])
    shown = "; ".join(f"{one.field}: {one.before} was {one.after}" for one in wrong[:3])
    return Outcome([table], [Bar("rebuild: figures that were wrong", f"{len(wrong)} {shown}".strip(), "0", not wrong)])
