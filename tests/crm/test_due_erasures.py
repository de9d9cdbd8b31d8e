"""What is erased by itself: on day 31 in the bin, and on the day that was waited for (R-WRITE-6, R-PRIV-1)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from config.celery import app
from crm import due_erasures, tasks
from crm.models import Contact, Erasure
from tests.api.test_bookings import ANNA
from tests.api.test_followers import follow
from tests.api.test_registration import code_of
from tests.crm.test_erasure import EMAIL, book, erase, soon

DAY = datetime.timedelta(days=1)


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    return key.post("contacts/", ANNA).json()["id"]


@pytest.fixture
def eager():
    """A worker that hears the bell at once."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def carry_out(place, *, at):
    """The contacts that a night erases."""
    with place.enter():
        return [str(one) for one in due_erasures.due(None, at=at, limit=10) if due_erasures.carry_out(one, at=at)]


def test_a_contact_in_the_bin_is_erased_on_day_31(key, anna, trattoria):
    key.delete(f"contacts/{anna}/")
    now = timezone.now()

    assert carry_out(trattoria, at=now + 29 * DAY) == []
    assert carry_out(trattoria, at=now + 30 * DAY) == [anna]
    assert key.get(f"contacts/{anna}/").status_code == 410
    with trattoria.enter():
        assert Erasure.objects.values_list("reason", flat=True).get() == "bin"


def test_one_that_was_restored_stays(key, anna, trattoria):
    key.delete(f"contacts/{anna}/")
    key.post(f"contacts/{anna}/restore/")

    assert carry_out(trattoria, at=timezone.now() + 31 * DAY) == []


def test_one_in_the_bin_who_is_still_expected_is_waited_for(key, anna, trattoria):
    book(key, trattoria, starts_at=soon(days=40))
    key.delete(f"contacts/{anna}/")
    now = timezone.now()

    assert carry_out(trattoria, at=now + 31 * DAY) == []
    assert carry_out(trattoria, at=now + 39 * DAY) == []
    assert carry_out(trattoria, at=now + 42 * DAY) == [anna]


def test_one_in_the_bin_who_asked_to_see_the_data_is_kept_until_answered(key, anna, trattoria):
    """R-PRIV-2: erasing would destroy the answer."""
    asked = key.post("privacy/requests/", {"kind": "access", "subject_address": EMAIL}).json()["id"]
    key.delete(f"contacts/{anna}/")
    later = timezone.now() + 31 * DAY
    carry_out(trattoria, at=later)
    assert key.get(f"contacts/{anna}/").json()["email"] == EMAIL

    key.patch(f"privacy/requests/{asked}/", {"done_on": timezone.localdate().isoformat()})
    carry_out(trattoria, at=later)

    assert key.get(f"contacts/{anna}/").status_code == 410


def test_what_was_put_off_is_done_the_day_after_the_last_booking(key, anna, trattoria):
    book(key, trattoria, starts_at=soon(days=3))
    erase(key, anna, upcoming="erase_after")
    now = timezone.now()

    assert carry_out(trattoria, at=now + 2 * DAY) == []
    assert carry_out(trattoria, at=now + 5 * DAY) == [anna]
    with trattoria.enter():
        assert Erasure.objects.values_list("reason", flat=True).get() == "scheduled"


def test_and_put_off_once_more_when_the_guest_booked_anew(key, anna, trattoria):
    book(key, trattoria, starts_at=soon(days=3))
    erase(key, anna, upcoming="erase_after")
    book(key, trattoria, starts_at=soon(days=8))
    now = timezone.now()

    assert carry_out(trattoria, at=now + 5 * DAY) == []
    assert carry_out(trattoria, at=now + 10 * DAY) == [anna]


def test_what_was_taken_back_is_not_done(key, anna, trattoria):
    book(key, trattoria, starts_at=soon(days=3))
    erase(key, anna, upcoming="erase_after")
    key.delete(f"contacts/{anna}/erase/")

    assert carry_out(trattoria, at=timezone.now() + 9 * DAY) == []


def test_the_nightly_task_goes_through_all_tenants(trattoria, bistro, bearer, settings, tmp_path, monkeypatch, eager):
    settings.ERASURE_LOG = tmp_path / "erasures.jsonl"
    monkeypatch.setattr(tasks, "ERASED_AT_ONCE", 1)
    for place in (trattoria, bistro):
        for name in ("a", "b"):
            contact = bearer(place).post("contacts/", {"email": f"{name}@example.com"}).json()["id"]
            bearer(place).delete(f"contacts/{contact}/")
        with place.enter():
            Contact.objects.update(deleted_at=timezone.now() - 31 * DAY)

    tasks.erase_due.delay()

    for place in (trattoria, bistro):
        with place.enter():
            assert set(Contact.objects.values_list("state", flat=True)) == {"erased"}


def test_a_confirmation_is_not_asked_of_the_worker(key, anna, trattoria):
    assert erase(key, anna, "somebody@example.com").status_code == 422
    key.delete(f"contacts/{anna}/")

    assert carry_out(trattoria, at=timezone.now() + 31 * DAY) == [anna]
    assert EMAIL not in str(key.get("contacts/").json())


def test_one_in_the_bin_that_is_still_expected_waits_and_may_be_restored_for_good(key, trattoria, anna):
    book(key, trattoria)
    key.delete(f"contacts/{anna}/")
    later = timezone.now() + 2 * DAY
    with trattoria.enter():
        Contact.objects.filter(pk=anna).update(deleted_at=later - 31 * DAY)

    assert carry_out(trattoria, at=later) == []
    key.post(f"contacts/{anna}/restore/")

    assert carry_out(trattoria, at=later + 60 * DAY) == []
    assert key.get(f"contacts/{anna}/").json()["erase_on"] is None


class TestAnAnonymousUserWhoTurnsOutToBeKnown:
    """What was asked for by the person in the app holds for the person in the list (R-CRM-8)."""

    DUE = datetime.date(2027, 1, 10)

    @pytest.fixture
    def user(self, key, trattoria):
        body = follow(key, trattoria).json()
        with trattoria.enter():
            Contact.objects.filter(pk=body["contact"]).update(erase_on=self.DUE)
        return body

    def register(self, key, user):
        answer = key.post(f"followers/{user['id']}/register/", {"guest": ANNA, "verified": True})
        assert answer.status_code == 200, answer.content
        return answer.json()["status"]

    def test_the_known_contact_is_erased_on_that_day(self, key, anna, trattoria, user):
        assert self.register(key, user) == "merged"

        assert key.get(f"contacts/{anna}/").json()["erase_on"] == self.DUE.isoformat()
        with trattoria.enter():
            assert Contact.objects.get(pk=user["contact"]).erase_on is None
            scheduled = AuditEntry.objects.get(action="erasure_scheduled", object_id=anna)
            assert (scheduled.before, scheduled.after) == ({"erase_on": None}, {"erase_on": self.DUE.isoformat()})
        assert carry_out(trattoria, at=datetime.datetime(2027, 1, 10, 12, tzinfo=datetime.UTC)) == [anna]
        for contact in (anna, user["contact"]):
            assert key.get(f"contacts/{contact}/").status_code == 410

    @pytest.mark.parametrize(("own", "left"), [("2027-01-05", "2027-01-05"), ("2027-02-05", "2027-01-10")])
    def test_on_the_earlier_day_where_both_were_asked_for(self, key, anna, trattoria, user, own, left):
        with trattoria.enter():
            Contact.objects.filter(pk=anna).update(erase_on=own)

        self.register(key, user)

        assert key.get(f"contacts/{anna}/").json()["erase_on"] == left

    def test_a_proven_code_keeps_it_too(self, key, anna, trattoria, user):
        key.post(f"followers/{user['id']}/register/", {"guest": ANNA, "verified": False})

        answer = key.post(f"followers/{user['id']}/confirm/", {"code": code_of(trattoria, user["id"])})

        assert answer.json()["status"] == "merged"
        assert key.get(f"contacts/{anna}/").json()["erase_on"] == self.DUE.isoformat()

    def test_who_is_nobody_known_keeps_the_row_and_the_day(self, key, trattoria, user):
        assert self.register(key, user) == "registered"

        assert key.get(f"contacts/{user['contact']}/").json()["erase_on"] == self.DUE.isoformat()
