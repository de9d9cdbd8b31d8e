"""The log of erasures outside the database, and a restored backup that is erased once more (R-PRIV-1).

The whole way, with the commands `backup` and `restore`, is in tests/config/test_dumps.py.
"""

from __future__ import annotations

import json

import pytest
from django.db import connections
from django.utils import timezone

from crm import erasing_again, erasure_log, fact_erasing
from crm.expected import Way
from crm.models import Contact, Erasure
from tests.api.test_bookings import ANNA
from tests.crm.facts_of_nobody import FACTS
from tests.crm.test_erasure import EMAIL, erase
from tests.personas import Bearer


@pytest.fixture(autouse=True)
def log(settings, tmp_path):
    settings.ERASURE_LOG = tmp_path / "state" / "erasures.jsonl"
    return settings.ERASURE_LOG


def erased(key, **guest):
    contact = key.post("contacts/", {**ANNA, **guest}).json()["id"]
    assert erase(key, contact).status_code == 200
    return contact


def forget(place):
    """The table as an older backup has it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM crm_erasure WHERE tenant_id = %s", [place.id])


def bring_back(place, contact):
    """The guest as an older backup has them."""
    with place.enter():
        Contact.objects.filter(pk=contact).update(state="active", email=EMAIL, last_name="Rossi", sort_name="rossi")


def test_a_line_holds_ids_alone_and_nobody_else_may_read_it(commits, trattoria, log):
    contact = erased(Bearer.of(trattoria))

    (said,) = [json.loads(line) for line in log.read_text().splitlines() if line]
    assert (said["tenant_id"], said["contact_ids"], said["reason"]) == (str(trattoria.id), [contact], "request")
    assert set(said) == {"tenant_id", "id", "contact_ids", "fact_kind", "fact_id", "reason", "erased_at"} | {
        *("actor_kind", "actor_id", "actor_label")
    }
    assert "anna" not in log.read_text().lower()
    assert log.stat().st_mode & 0o777 == 0o600


def test_what_is_read_is_what_was_written(commits, trattoria):
    erased(Bearer.of(trattoria))
    with trattoria.enter():
        kept = Erasure.objects.get()

    (read,) = erasure_log.read()

    assert {name: getattr(read, name) for name in erasure_log.FIELDS} == {
        name: getattr(kept, name) for name in erasure_log.FIELDS
    }


def test_an_erasure_that_was_rolled_back_leaves_no_line(commits, trattoria, log):
    key = Bearer.of(trattoria)
    contact = key.post("contacts/", ANNA).json()["id"]

    assert erase(key, contact, "wrong@example.com").status_code == 422
    assert not log.exists()


def test_lines_that_are_missing_are_added_and_one_that_was_cut_off_is_passed_over(commits, trattoria, log):
    key = Bearer.of(trattoria)
    erased(key)
    log.write_text('{"id": "0198')
    erased(key, email=EMAIL)

    assert erasure_log.catch_up() == 1
    assert erasure_log.catch_up() == 0
    assert len(list(erasure_log.read())) == 2


def test_who_is_back_in_the_database_is_erased_once_more(commits, trattoria, log):
    key = Bearer.of(trattoria)
    contact = erased(key)
    bring_back(trattoria, contact)
    forget(trattoria)

    assert erasing_again.replay() == 1

    assert key.get(f"contacts/{contact}/").status_code == 410
    with trattoria.enter():
        assert (Contact.objects.get().email, Erasure.objects.count()) == ("", 1)
    assert erasing_again.replay() == 0
    assert len(list(erasure_log.read())) == 1


def test_a_fact_without_a_contact_is_wiped_once_more(commits, trattoria):
    key = Bearer.of(trattoria)
    fact = FACTS["booking"](key, trattoria)
    with trattoria.enter():
        fact_erasing.erase("booking", fact, at=timezone.now(), upcoming=Way.CANCEL)
    key.patch(f"bookings/{fact}/", {"guest": {"first_name": "Nemo"}})
    forget(trattoria)

    erasing_again.replay()

    assert key.get(f"bookings/{fact}/").json()["guest"] == {}


def test_a_tenant_and_a_contact_that_the_backup_does_not_have_are_passed_over(commits, trattoria, bistro, log):
    erased(Bearer.of(trattoria))
    line = json.loads(log.read_text().strip())
    unknown = "0198c5a0-0000-7000-8000-000000000000"
    log.write_text(
        "\n".join(
            json.dumps({**line, **changes})
            for changes in ({"id": unknown, "tenant_id": unknown}, {"id": unknown, "contact_ids": [unknown]})
        )
    )

    assert erasing_again.replay() == 1
