"""Nothing of an erased guest is left anywhere, and no total changes (R-PRIV-1, R-CRM-2).

The guest goes through every channel first; before erasing, the looks into the database, the broker and the files find it, so
that finding nothing afterwards says something.
"""

from __future__ import annotations

import datetime
import logging

import pytest

from crm import overview, rebuilding
from crm.models import ContactStats, Visit
from orders import turnover
from tests.crm import canary
from tests.crm.canary import DIGITS, WORD, Journey

SINCE, UNTIL = datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)


@pytest.fixture
def kept_apart(settings, tmp_path):
    """The files of this test alone."""
    settings.FILES_ROOT, settings.ERASURE_LOG = tmp_path / "files", tmp_path / "erasures.jsonl"
    return tmp_path


def totals(place):
    with place.enter():
        return {
            "sold": turnover.by_month(SINCE, UNTIL),
            "visits": overview.visits_by_day(SINCE, UNTIL),
            "visit_count": Visit.objects.count(),
            "stats": sorted(ContactStats.objects.values_list("contact", "visit_count", "booking_count", "spend_minor")),
        }


@pytest.mark.parametrize(("email", "normal"), canary.SPELLINGS)
def test_no_trace_is_left_anywhere_and_no_total_changes(commits, trattoria, kept_apart, caplog, email, normal):
    caplog.set_level(logging.DEBUG)
    journey = Journey(trattoria, email)
    journey.go()
    assert journey.key.get(f"contacts/{journey.contact}/").json()["email"] == normal
    before = totals(trattoria)
    dump, files = canary.dumped(kept_apart), canary.in_files(kept_apart / "files")
    assert dump.count(WORD) > 60
    assert DIGITS in dump
    assert WORD in files

    answer = journey.erase()

    assert (answer["status"], answer["erase_on"]) == ("erased", None)
    dump = canary.dumped(kept_apart)
    assert [line for line in dump.splitlines() if WORD in line or DIGITS in line] == []
    assert WORD not in canary.in_files(kept_apart)
    assert DIGITS not in canary.in_files(kept_apart)
    assert WORD not in canary.in_broker()
    assert DIGITS not in canary.in_broker()
    assert [line for line in caplog.text.lower().splitlines() if WORD in line or DIGITS in line] == []
    assert before["sold"] == {"EUR": {datetime.date(2026, 10, 1): 2000 - 500 + 3300}}
    assert totals(trattoria) == before
    assert [one for part in rebuilding.rebuild(trattoria.id) for one in part.differences] == []


def test_the_erased_guest_is_nowhere_to_be_found(commits, trattoria, kept_apart):
    journey = Journey(trattoria)
    journey.go()
    key, contact = journey.key, journey.contact

    journey.erase()

    gone = key.get(f"contacts/{contact}/")
    assert (gone.status_code, gone.json()["code"]) == (410, "contact_erased")
    for query in (f"q={WORD}", "q=987%206543", "q=987654", "tag=vip", "visits_min=1"):
        assert key.get(f"contacts/?{query}").json()["results"] == [], query
    assert [row["guest"] for row in key.get("bookings/").json()["results"]] == [{}]
    for path in ("bookings", "orders", "receipts", "visits", "communications", "changes", "data"):
        assert key.get(f"contacts/{contact}/{path}/").status_code in (410, 404), path
