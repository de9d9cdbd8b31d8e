"""A promise to erase on a later day is known again after a backup was restored, and so is that it was taken back (R-PRIV-1)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from crm import erasing_again, erasure_promises, merging
from crm.models import Contact, FactErasure
from tests.api.test_bookings import ANNA
from tests.api.test_followers import follow
from tests.crm.facts_of_nobody import FACTS, NEMO
from tests.crm.test_erasure import book, erase
from tests.crm.test_fact_erasing import clear
from tests.personas import Bearer

DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def log(settings, tmp_path):
    settings.ERASURE_LOG = tmp_path / "state" / "erasures.jsonl"
    return settings.ERASURE_LOG


@pytest.fixture
def place(commits, trattoria):
    return trattoria


@pytest.fixture
def key(place):
    return Bearer.of(place)


@pytest.fixture
def anna(key, place):
    """She is expected in three days."""
    anna = key.post("contacts/", ANNA).json()["id"]
    book(key, place)
    return anna


@pytest.fixture
def fact(key, place):
    return FACTS["booking"](key, place)


def put_off(key, anna):
    answer = erase(key, anna, upcoming="erase_after")
    assert answer.status_code == 202
    return answer.json()["erase_on"]


def as_in_an_older_backup(place, day=None):
    with place.enter():
        Contact.objects.update(erase_on=day)
        FactErasure.objects.all().delete()


def day_of(key, contact):
    return key.get(f"contacts/{contact}/").json()["erase_on"]


def waiting(place):
    with place.enter():
        return [(str(pk), day.isoformat()) for pk, day in FactErasure.objects.values_list("fact_id", "erase_on")]


def test_a_guest_who_was_promised_it_waits_once_more(place, key, anna, log):
    day = put_off(key, anna)
    as_in_an_older_backup(place)

    assert erasing_again.promise_again() == 1

    assert day_of(key, anna) == day
    assert erasing_again.promise_again() == 0
    assert "anna" not in log.read_text().lower()


def test_so_does_a_fact(place, key, fact):
    day = clear(key, "booking", fact, upcoming="erase_after").json()["erase_on"]
    as_in_an_older_backup(place)

    assert erasing_again.promise_again() == 1
    assert waiting(place) == [(fact, day)]


def test_what_was_taken_back_is_kept_though_the_backup_still_waits_for_it(place, key, anna, fact):
    day = put_off(key, anna)
    clear(key, "booking", fact, upcoming="erase_after")
    assert key.delete(f"contacts/{anna}/erase/").status_code == 204
    assert key.delete(f"privacy/facts/booking/{fact}/erase/").status_code == 204
    with place.enter():
        Contact.objects.filter(pk=anna).update(erase_on=day)
        FactErasure.objects.create(kind="booking", fact_id=fact, erase_on=day)

    assert erasing_again.promise_again() == 2

    assert (day_of(key, anna), waiting(place)) == (None, [])


def test_the_last_word_counts(place, key, anna):
    put_off(key, anna)
    key.delete(f"contacts/{anna}/erase/")
    book(key, place, starts_at=(timezone.now() + 9 * DAY).isoformat())
    day = put_off(key, anna)
    as_in_an_older_backup(place)

    erasing_again.promise_again()

    assert day_of(key, anna) == day


def test_who_was_erased_since_is_waited_for_no_more(place, key, anna, fact):
    put_off(key, anna)
    clear(key, "booking", fact, upcoming="erase_after")
    assert erase(key, anna, upcoming="cancel").status_code == 200
    assert clear(key, "booking", fact, upcoming="cancel").status_code == 204

    assert erasure_promises.standing() == {}


def test_one_that_was_rolled_back_is_none(key, anna, log):
    assert erase(key, anna, "wrong@example.com", upcoming="erase_after").status_code == 422

    assert not log.exists()


def test_a_promise_that_is_missing_in_the_file_is_added_in_the_night(place, key, anna, fact, log):
    """We were stopped between the commit and the line; or it is from before there were any."""
    day = put_off(key, anna)
    clear(key, "booking", fact, upcoming="erase_after")
    log.unlink()

    assert erasure_promises.catch_up() == 2
    assert erasure_promises.catch_up() == 0

    as_in_an_older_backup(place)
    assert erasing_again.promise_again() == 2
    assert day_of(key, anna) == day


def test_a_merge_takes_the_promise_along(place, key, anna):
    """After the restore of a backup from before it, both wait; taken back, both are kept."""
    user = follow(key, place).json()["contact"]
    day = put_off(key, anna)
    with place.enter():
        Contact.objects.filter(pk=user).update(erase_on=day)
        Contact.objects.filter(pk=anna).update(erase_on=None)
        merging.absorb(Contact.objects.get(pk=user), into=Contact.objects.get(pk=anna), at=timezone.now())
    of_both = {str(one.id): said and said.isoformat() for one, said in erasure_promises.standing().items()}
    key.delete(f"contacts/{anna}/erase/")

    assert of_both == {anna: day, user: day}
    assert {str(one.id): said for one, said in erasure_promises.standing().items()} == {anna: None, user: None}


def test_a_tenant_and_rows_that_the_backup_does_not_have_are_passed_over(place, key, anna, log):
    put_off(key, anna)
    unknown = "0198c5a0-0000-7000-8000-000000000000"
    line = log.read_text().strip()
    log.write_text("\n".join([line.replace(anna, unknown), line.replace(str(place.id), unknown), '{"tenant_id": "01']))
    as_in_an_older_backup(place)

    assert erasing_again.promise_again() == 0
    assert key.get("bookings/").json()["results"][0]["guest"] != NEMO
