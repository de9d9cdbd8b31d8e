"""Facts that name a guest and are nobody's or another's are found and cleared with the guest (R-PRIV-1, R-WRITE-2, R-WRITE-4)."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from bookings.models import Booking
from crm import due_erasures, erasing_again, retention
from crm.models import Contact, Erasure
from orders.models import Order
from tests.api.test_bookings import ANNA, booking
from tests.api.test_orders import order
from tests.api.test_privacy_search import found
from tests.api.test_problems import assert_problem
from tests.api.test_receipts import receipt
from tests.api.test_retention import agree, guest, keep_for
from tests.crm.test_erasure import EMAIL, erase, soon
from tests.crm.test_erasure_log import bring_back, forget
from tests.personas import Bearer

BRUNO = {"first_name": "Bruno", "last_name": "Verdi", "email": "bruno@example.com", "phone": "+39 347 765 4321"}
PATHS = {"bookings": booking, "orders": order, "receipts": receipt}


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    return key.post("contacts/", ANNA).json()["id"]


@pytest.fixture
def bruno(key):
    return key.post("contacts/", BRUNO).json()["id"]


def taken(key, place, path="bookings", **changes):
    if path == "bookings":
        changes = {"starts_at": "2026-10-01T20:00:00+02:00", **changes}
    answer = key.post(f"{path}/", PATHS[path](place, **changes))
    assert answer.status_code == 201, answer.content
    return answer.json()["id"]


def link(key, path, fact, contact):
    answer = key.post(f"{path}/{fact}/contact/", {"contact": contact})
    assert answer.status_code == 200, answer.content


def left_of(key, path, fact):
    return key.get(f"{path}/{fact}/").json()["guest"]


class TestOfNobody:
    @pytest.mark.parametrize("path", PATHS)
    def test_what_was_taken_from_the_guest_is_wiped_with_the_guest(self, key, trattoria, anna, path):
        fact = taken(key, trattoria, path, guest=ANNA)
        link(key, path, fact, None)

        answer = erase(key, anna, upcoming="cancel").json()

        assert answer["elsewhere"] == [{"kind": path.removesuffix("s"), "id": fact, "contact": None}]
        assert left_of(key, path, fact) == {}
        assert found(key, EMAIL) == {"results": [], "kinds": []}

    @pytest.mark.parametrize(
        "said",
        [
            {"email": " ANNA@Example.COM "},
            {"email": "anna@example.com, bo@example.com"},
            {"phone": "0039 333/123.45.67"},
            {"phone": "333 123 4567 o 02 1234567"},
            {"phone": "+39 333 1234567 int 12"},
        ],
    )
    def test_an_address_counts_however_it_was_written(self, key, trattoria, anna, said):
        fact = taken(key, trattoria)
        link(key, "bookings", fact, None)
        with trattoria.enter():
            Booking.objects.filter(pk=fact).update(guest={"first_name": "A.", **said}, notes="for A.")

        erase(key, anna)

        with trattoria.enter():
            wiped = Booking.objects.get(pk=fact)
            assert (wiped.guest, wiped.notes) == ({}, "")

    @pytest.mark.parametrize(
        "said",
        [
            {"email": "joanna@example.com"},
            {"email": "anna@example.com.br"},
            {"phone": "+49 3331 234567"},
            {"phone": "card 900033312345670"},
            {"first_name": "Anna", "last_name": "Rossi"},
        ],
    )
    def test_another_address_or_a_name_alone_is_somebody_else(self, key, trattoria, anna, said):
        fact = taken(key, trattoria, guest={})
        with trattoria.enter():
            Booking.objects.filter(pk=fact).update(guest=said)

        assert erase(key, anna).json()["elsewhere"] == []
        assert left_of(key, "bookings", fact) == said

    def test_an_earlier_address_counts_as_well(self, key, trattoria, anna):
        fact = taken(key, trattoria, guest=ANNA)
        link(key, "bookings", fact, None)
        key.patch(f"contacts/{anna}/", {"email": "new@example.com", "phone": None})

        erase(key, anna, "new@example.com")

        assert left_of(key, "bookings", fact) == {}

    def test_by_an_address_that_others_have_only_with_the_name(self, key, trattoria, anna):
        key.post("contacts/", {"first_name": "Carlo", "email": "carlo@example.com", "phone": ANNA["phone"]})
        facts = [taken(key, trattoria, guest={}) for _time in range(2)]
        with trattoria.enter():
            for fact, name in zip(facts, ("ANNA", "Carlo"), strict=True):
                Booking.objects.filter(pk=fact).update(guest={"first_name": name, "phone": ANNA["phone"]})

        answer = erase(key, anna).json()

        assert [one["id"] for one in answer["elsewhere"]] == facts[:1]
        assert [left_of(key, "bookings", fact) for fact in facts] == [
            {},
            {"first_name": "Carlo", "phone": ANNA["phone"]},
        ]

    def test_who_is_expected_by_one_of_these_is_named_first(self, key, trattoria, anna):
        fact = taken(key, trattoria, guest=ANNA, starts_at=soon(days=3))
        link(key, "bookings", fact, None)

        body = assert_problem(erase(key, anna), 409, "has_upcoming")

        assert [one["id"] for one in body["upcoming"]] == [fact]
        assert erase(key, anna, upcoming="cancel").status_code == 200
        assert key.get(f"bookings/{fact}/").json()["status"] == "cancelled"

    def test_nobody_is_forgotten_by_the_night_while_expected_so(self, key, trattoria):
        anna = guest(key, trattoria, "Anna")
        fact = taken(key, trattoria, guest={}, starts_at=soon(days=3))
        with trattoria.enter():
            Booking.objects.filter(pk=fact).update(guest={"email": EMAIL})
        keep_for(key, 24)
        agree(key)

        with trattoria.enter():
            assert retention.forget(anna, at=timezone.now()) is False
        key.delete(f"contacts/{anna}/")
        with trattoria.enter():
            Contact.objects.filter(pk=anna).update(deleted_at="2026-01-01T00:00:00Z")
            assert due_erasures.carry_out(anna, at=timezone.now()) is False
        assert left_of(key, "bookings", fact) == {"email": EMAIL}

    def test_nobody_elses_tenant_is_looked_at(self, key, anna, bistro, bearer):
        theirs = bearer(bistro)
        fact = taken(theirs, bistro, guest=ANNA)
        link(theirs, "bookings", fact, None)

        assert erase(key, anna).json()["elsewhere"] == []
        assert left_of(theirs, "bookings", fact) == ANNA

    def test_after_a_restore_they_are_wiped_once_more(self, commits, trattoria, settings, tmp_path):
        settings.ERASURE_LOG = tmp_path / "erasures.jsonl"
        key = Bearer.of(trattoria)
        anna = key.post("contacts/", ANNA).json()["id"]
        fact = taken(key, trattoria, guest=ANNA)
        link(key, "bookings", fact, None)
        erase(key, anna)
        bring_back(trattoria, anna)
        forget(trattoria)
        with trattoria.enter():
            # The contact of the backup does not know the phone yet.
            Booking.objects.filter(pk=fact).update(guest={"phone": ANNA["phone"]})

        assert erasing_again.replay() == 2

        assert left_of(key, "bookings", fact) == {}
        with trattoria.enter():
            assert Erasure.objects.count() == 2


class TestOfAnotherContact:
    @pytest.mark.parametrize("path", PATHS)
    def test_what_it_says_of_the_guest_goes_and_the_fact_stays_where_it_is(self, key, trattoria, anna, bruno, path):
        fact = taken(key, trattoria, path, guest=ANNA)
        link(key, path, fact, bruno)

        answer = erase(key, anna, upcoming="cancel").json()

        assert answer["elsewhere"] == [{"kind": path.removesuffix("s"), "id": fact, "contact": bruno}]
        assert left_of(key, path, fact) == {}
        assert key.get(f"{path}/{fact}/").json()["contact"] == bruno
        assert found(key, EMAIL) == {"results": [], "kinds": []}

    def test_what_the_other_contact_says_of_itself_stays(self, key, trattoria, anna, bruno):
        key.patch(f"contacts/{bruno}/", {"city": "Lodi"})
        fact = taken(key, trattoria, guest=BRUNO, contact=bruno, notes="window")
        with trattoria.enter():
            mixed = {**BRUNO, "phone": ANNA["phone"], "city": "Lodi", "address": "Via Anna 1"}
            Booking.objects.filter(pk=fact).update(guest=mixed)

        erase(key, anna)

        kept = {"first_name": "Bruno", "last_name": "Verdi", "email": "bruno@example.com", "city": "Lodi"}
        assert left_of(key, "bookings", fact) == kept
        assert key.get(f"bookings/{fact}/").json()["notes"] == "window"

    def test_a_phone_that_both_have_stays_where_the_name_goes(self, key, trattoria):
        phone = ANNA["phone"]
        anna = key.post("contacts/", {"first_name": "Anna", "email": EMAIL, "phone": phone}).json()["id"]
        carlo = key.post("contacts/", {"first_name": "Carlo", "email": "carlo@example.com", "phone": phone}).json()[
            "id"
        ]
        fact = taken(key, trattoria, guest={"first_name": "Anna", "phone": phone}, contact=carlo)
        key.patch(f"contacts/{carlo}/", {"first_name": "Carlo"})

        erase(key, anna)

        assert left_of(key, "bookings", fact) == {"phone": phone}

    def test_the_bookings_of_who_has_the_address_now_stay(self, key, trattoria, anna):
        """The guest was binned, and came again as somebody new with the same address."""
        key.delete(f"contacts/{anna}/")
        again = taken(key, trattoria, guest=ANNA)
        assert key.get(f"bookings/{again}/").json()["contact"] not in (None, anna)

        assert erase(key, anna).json()["elsewhere"] == []
        assert left_of(key, "bookings", again) == ANNA

    def test_the_trail_of_the_fact_keeps_no_value_of_the_guest(self, key, trattoria, anna, bruno):
        fact = taken(key, trattoria, guest=ANNA)
        key.patch(f"bookings/{fact}/", {"guest": {**ANNA, "last_name": "Rossini"}, "notes": "for Anna"})
        link(key, "bookings", fact, bruno)

        erase(key, anna)

        with trattoria.enter():
            said = AuditEntry.objects.filter(object_id=fact).values_list("action", "before", "after")
            assert "Ross" not in json.dumps(list(said))
            assert {action for action, _before, _after in said} >= {"booking_updated", "booking_linked"}
            assert AuditEntry.objects.get(action="contact_erased").after["facts"] == [fact]

    def test_and_what_was_written_since_it_is_the_others_stays_there(self, key, trattoria, anna, bruno):
        fact = taken(key, trattoria, guest=ANNA)
        key.patch(f"bookings/{fact}/", {"occasion": "Anna turns 40"})
        key.patch(f"bookings/{fact}/", {"occasion": ""})
        link(key, "bookings", fact, bruno)
        key.patch(f"bookings/{fact}/", {"notes": "peanut free for Bruno", "table": "7"})
        key.patch(f"bookings/{fact}/", {"guest": {**ANNA, "first_name": "Bruno"}, "party_size": 5})

        erase(key, anna)

        with trattoria.enter():
            entries = AuditEntry.objects.filter(object_id=fact, action="booking_updated").order_by("created_at")
            assert list(entries.values_list("after", flat=True)) == [
                {},
                {},
                {"notes": "peanut free for Bruno", "table": "7"},
                {"party_size": 5},
            ]

    def test_a_phone_that_stands_beside_the_others_goes(self, key, trattoria, anna, bruno):
        fact = taken(key, trattoria, guest=BRUNO, contact=bruno)
        with trattoria.enter():
            Booking.objects.filter(pk=fact).update(guest={**BRUNO, "phone": f"{BRUNO['phone']} / {ANNA['phone']}"})

        erase(key, anna)

        assert "phone" not in left_of(key, "bookings", fact)

    def test_its_booking_is_not_called_off(self, key, trattoria, anna, bruno):
        fact = taken(key, trattoria, guest=ANNA, starts_at=soon(days=3))
        link(key, "bookings", fact, bruno)

        assert erase(key, anna).status_code == 200
        assert key.get(f"bookings/{fact}/").json()["status"] == "confirmed"

    def test_the_version_is_raised_so_that_nobody_overwrites_it_unseen(self, key, trattoria, anna, bruno):
        fact = taken(key, trattoria, "orders", guest=ANNA)
        link(key, "orders", fact, bruno)
        with trattoria.enter():
            before = Order.objects.get(pk=fact)

        erase(key, anna)

        with trattoria.enter():
            after = Order.objects.get(pk=fact)
            assert (after.version, after.updated_at > before.updated_at) == (before.version + 1, True)
