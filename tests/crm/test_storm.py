"""Everything at once on the same few people: no deadlock, nothing lost, every rule still holds (R-ID-6, R-VISIT-5, R-CRM-6)."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from crm import tags
from tests import parallel
from tests.crm import invariants, storm
from tests.personas import Place


@pytest.mark.parametrize(("processes", "rounds"), [(4, 60), pytest.param(8, 400, marks=pytest.mark.nightly)])
def test_a_busy_evening_leaves_one_consistent_state(
    commits: None, trattoria: Place, processes: int, rounds: int
) -> None:
    seed = random.randrange(10**6)
    with trattoria.enter():
        for label in ("Allergy", "Sommelier"):
            tags.create(label)

    calls = [(str(trattoria.id), seed + number, rounds) for number in range(processes)]
    answers = parallel.together(storm.blow, calls, processes=processes, timeout=600)

    done = sum((Counter(answer) for answer in answers), Counter[str]())
    print("seed", seed, dict(done))  # noqa: T201 - to repeat what failed
    assert sum(done.values()) == processes * rounds
    with trattoria.enter():
        invariants.check_all()
