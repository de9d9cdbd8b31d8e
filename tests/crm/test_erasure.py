"""Clearing personal data: who may, what is asked first, what is left (R-PRIV-1, R-PRIV-4, R-ID-6, R-MERGE-4)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from crm import merging
from crm.models import Contact, ContactIdentifier, ContactStats, ContactTag, Erasure, FieldChange, SearchToken
from orders.models import Order
from tests.api.test_bookings import ANNA, booking
from tests.api.test_orders import fulfilled, order
from tests.api.test_problems import assert_problem

EMAIL, PHONE = "anna@example.com", "+393331234567"


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    return key.post("contacts/", {**ANNA, "notes": "window", "nickname": "Annina"}).json()["id"]


def erase(key, contact, confirm=EMAIL, **more):
    return key.post(f"contacts/{contact}/erase/", {"confirm": confirm, **more})


def soon(**length):
    return (timezone.now() + datetime.timedelta(**length)).isoformat()


def book(key, place, **changes):
    return key.post("bookings/", booking(place, **{"starts_at": soon(days=3), **changes})).json()


class TestTheConfirmation:
    @pytest.mark.parametrize("typed", [EMAIL, " ANNA@example.COM ", "Anna@Example.com"])
    def test_is_the_email_in_any_spelling(self, key, anna, typed):
        answer = erase(key, anna, typed)

        assert (answer.status_code, answer.json()) == (
            200,
            {"contact": anna, "status": "erased", "erase_on": None, "elsewhere": []},
        )

    @pytest.mark.parametrize("typed", ["333 123 4567", "+39 333 1234567", "0039 333 123 4567"])
    def test_is_the_phone_of_a_contact_without_email(self, key, typed):
        contact = key.post("contacts/", {"last_name": "Rossi", "phone": ANNA["phone"]}).json()["id"]

        assert erase(key, contact, typed).status_code == 200

    def test_is_the_code_of_an_anonymous_one(self, key, trattoria):
        follower = key.post("followers/", {"venue": str(trattoria.venue.pk), "external_id": "app-1"}).json()

        wrong, right = (erase(key, follower["contact"], typed) for typed in ("12345678", f" {follower['code']} "))

        assert (wrong.status_code, right.status_code) == (422, 200)

    @pytest.mark.parametrize("typed", ["anna@example.org", "333 123 4567", "Anna Rossi", "yes"])
    def test_anything_else_is_refused_and_changes_nothing(self, key, anna, typed):
        body = assert_problem(erase(key, anna, typed), 422, "confirmation_mismatch")

        assert body["errors"][0]["field"] == "confirm"
        assert key.get(f"contacts/{anna}/").json()["notes"] == "window"

    @pytest.mark.parametrize(
        "body", [{}, {"confirm": ""}, {"confirm": None}, {"confirm": 7}, {"confirm": EMAIL, "x": 1}]
    )
    def test_a_body_of_another_shape_is_bad_input(self, key, anna, body):
        assert key.post(f"contacts/{anna}/erase/", body).status_code == 400

    def test_an_unknown_way_is_bad_input(self, key, anna):
        assert_problem(erase(key, anna, upcoming="tomorrow"), 400, "invalid")


class TestWhatIsLeft:
    def test_an_id_that_is_gone_and_no_word_of_the_person(self, key, anna, trattoria):
        erase(key, anna)

        assert_problem(key.get(f"contacts/{anna}/"), 410, "contact_erased")
        with trattoria.enter():
            contact = Contact.objects.get(pk=anna)
            assert (contact.state, str(contact), contact.notes, contact.sort_name) == ("erased", "", "", "")
            assert contact.first_contact_on is not None
            for table in (ContactIdentifier, SearchToken, FieldChange, ContactTag):
                assert table.objects.filter(contact=anna).count() == 0

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("patch", ""), ("delete", ""), ("post", "erase/"), ("delete", "erase/"), ("post", "restore/"),
            ("post", "tags/"), ("get", "bookings/"), ("post", "unsubscribe/"), ("put", "ordering-block/"),
        ],
    )  # fmt: skip
    def test_nothing_can_be_done_with_it_any_more(self, key, anna, method, path):
        erase(key, anna)

        assert_problem(getattr(key, method)(f"contacts/{anna}/{path}"), 410, "contact_erased")

    def test_the_key_is_free_and_whoever_brings_it_is_somebody_new(self, key, anna, trattoria):
        erase(key, anna)

        again = key.post("bookings/", booking(trattoria)).json()

        assert again["crm_sync"] == "created"
        assert again["contact"] != anna

    def test_bookings_and_orders_stay_linked_to_the_id_without_the_guest(self, key, anna, trattoria):
        taken = key.post("bookings/", booking(trattoria, notes="window", table="4", occasion="birthday")).json()
        key.post(f"bookings/{taken['id']}/status/", {"status": "arrived"})
        ordered = fulfilled(key, trattoria, notes="ring twice")

        erase(key, anna)

        left = key.get(f"bookings/{taken['id']}/").json()
        assert {name: left[name] for name in ("contact", "guest", "notes", "table", "occasion", "status")} == {
            "contact": anna, "guest": {}, "notes": "", "table": "", "occasion": "", "status": "arrived",
        }  # fmt: skip
        left = key.get(f"orders/{ordered['id']}/").json()
        assert (left["contact"], left["guest"], left["notes"], left["total_minor"]) == (anna, {}, "", 2200)
        with trattoria.enter():
            stats = ContactStats.objects.get(contact=anna)
            assert (stats.visit_count, stats.booking_count, stats.spend_minor) == (2, 1, 2200)

    def test_editing_a_booking_of_an_erased_guest_brings_nobody_back(self, key, anna, trattoria):
        taken = key.post("bookings/", booking(trattoria)).json()
        erase(key, anna, upcoming="cancel")
        key.post(f"bookings/{taken['id']}/status/", {"status": "confirmed"})

        edited = key.patch(f"bookings/{taken['id']}/", {"guest": {"first_name": "Anna"}}).json()

        assert edited["crm_sync"] == "skipped_contact_deleted"
        assert_problem(key.get(f"contacts/{anna}/"), 410, "contact_erased")

    def test_it_says_who_erased_when_and_whom_by_ids_alone(self, key, anna, trattoria):
        erase(key, anna)

        with trattoria.enter():
            kept = Erasure.objects.get()
            assert (kept.reason, kept.actor_kind, kept.actor_label) == ("request", "key", "admin")
            assert [str(pk) for pk in kept.contact_ids] == [anna]

    def test_the_trail_says_what_was_done_but_no_value_of_the_person(self, key, anna, trattoria):
        key.patch(f"contacts/{anna}/", {"city": "Lodi"})
        taken = key.post("bookings/", booking(trattoria)).json()
        key.patch(f"bookings/{taken['id']}/", {"notes": "for Anna", "party_size": 3})

        erase(key, anna, upcoming="cancel")

        with trattoria.enter():
            lines = AuditEntry.objects.filter(object_id=anna).order_by("created_at").values_list("action", "after")
            assert list(lines) == [
                ("contact_created", {"channel": "api"}),
                ("contact_updated", {}),
                ("contact_erased", {"kind": "request", "contacts": [anna]}),
            ]
            changed = AuditEntry.objects.get(object_id=taken["id"], action="booking_updated")
            assert (changed.before, changed.after) == ({"party_size": 2}, {"party_size": 3})


class TestWhomItReaches:
    def test_a_contact_in_the_bin(self, key, anna):
        key.delete(f"contacts/{anna}/")

        assert erase(key, anna).status_code == 200
        assert_problem(key.get(f"contacts/{anna}/"), 410, "contact_erased")

    def test_the_whole_family_of_merged_ids(self, key, anna, trattoria):
        follower = key.post("followers/", {"venue": str(trattoria.venue.pk), "external_id": "app-1"}).json()
        with trattoria.enter():
            both = {str(one.pk): one for one in Contact.objects.filter(pk__in=[anna, follower["contact"]])}
            merging.absorb(both[follower["contact"]], into=both[anna], at=timezone.now())

        answer = erase(key, follower["contact"])

        assert answer.json()["contact"] == anna
        for contact in (anna, follower["contact"]):
            assert_problem(key.get(f"contacts/{contact}/"), 410, "contact_erased")
        with trattoria.enter():
            assert set(Contact.objects.values_list("state", "code", "email")) == {("erased", "", "")}

    def test_nobody_who_shares_the_phone(self, key, anna):
        other = key.post("contacts/", {"email": "carlo@example.com", "phone": ANNA["phone"]}).json()["id"]

        erase(key, anna)

        left = key.get(f"contacts/{other}/").json()
        assert (left["phone"], left["is_duplicate"]) == (PHONE, False)

    def test_nobody_of_another_tenant(self, bistro, bearer, anna, key):
        theirs = bearer(bistro).post("bookings/", booking(bistro)).json()

        erase(key, anna)

        assert bearer(bistro).get(f"bookings/{theirs['id']}/").json()["guest"] == ANNA


class TestUpcoming:
    def test_bookings_and_open_orders_are_named_first(self, key, anna, trattoria):
        taken = book(key, trattoria)
        ordered = key.post("orders/", order(trattoria)).json()

        body = assert_problem(erase(key, anna), 409, "has_upcoming")

        assert [(one["kind"], one["id"]) for one in body["upcoming"]] == [
            ("order", ordered["id"]),
            ("booking", taken["id"]),
        ]
        assert key.get(f"contacts/{anna}/").status_code == 200

    def test_they_are_cancelled_by_their_own_rules_when_that_is_said(self, key, anna, trattoria):
        taken = book(key, trattoria)
        ordered = key.post("orders/", order(trattoria)).json()

        assert erase(key, anna, upcoming="cancel").json()["status"] == "erased"

        assert key.get(f"bookings/{taken['id']}/").json()["status"] == "cancelled"
        assert key.get(f"orders/{ordered['id']}/").json()["status"] == "cancelled"
        with trattoria.enter():
            assert ContactStats.objects.get(contact=anna).cancelled_count == 1
            assert Order.objects.get().guest == {}

    def test_or_the_data_go_the_day_after_the_last_of_them(self, key, anna, trattoria):
        book(key, trattoria)
        last = book(key, trattoria, starts_at=soon(days=9))

        answer = erase(key, anna, upcoming="erase_after")

        day = datetime.datetime.fromisoformat(last["starts_at"]).astimezone(trattoria.venue.zone).date()
        wanted = (day + datetime.timedelta(days=1)).isoformat()
        assert (answer.status_code, answer.json()["status"], answer.json()["erase_on"]) == (202, "scheduled", wanted)
        assert key.get(f"contacts/{anna}/").json()["erase_on"] == wanted

    def test_which_can_be_taken_back(self, key, anna, trattoria):
        book(key, trattoria)
        erase(key, anna, upcoming="erase_after")

        answer = key.delete(f"contacts/{anna}/erase/")

        assert answer.status_code == 204
        assert key.get(f"contacts/{anna}/").json()["erase_on"] is None
        with trattoria.enter():
            actions = AuditEntry.objects.filter(object_id=anna).order_by("created_at").values_list("action", flat=True)
            assert list(actions)[-2:] == ["erasure_scheduled", "erasure_withdrawn"]

    def test_taking_back_what_was_never_put_off_changes_nothing(self, key, anna):
        version = key.get(f"contacts/{anna}/").headers["ETag"]

        assert key.delete(f"contacts/{anna}/erase/").status_code == 204
        assert key.get(f"contacts/{anna}/").headers["ETag"] == version

    def test_without_anything_upcoming_the_data_go_at_once_whatever_was_said(self, key, anna):
        assert erase(key, anna, upcoming="erase_after").json()["status"] == "erased"

    @pytest.mark.parametrize("status", ["arrived", "cancelled", "no_show", "rejected", "finished"])
    def test_what_is_settled_is_not_upcoming(self, key, anna, trattoria, status):
        taken = book(key, trattoria)
        key.post(f"bookings/{taken['id']}/status/", {"status": status})

        assert erase(key, anna).status_code == 200
