"""`contacts/{id}/data/`: everything held on a person, for the person (R-PRIV-2)."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from consent import deliverability
from consent.status import ConsentChannel
from crm import facets, merging
from crm.models import Contact, LiftedTag, Tag
from staff import api_keys
from tenants import scope
from tenants.permissions import OWNER_PERMISSIONS, Permission, Preset
from tests import kept
from tests.api.test_bookings import booking
from tests.api.test_followers import follow
from tests.api.test_orders import order
from tests.api.test_problems import assert_problem
from tests.api.test_receipts import receipt
from tests.api.test_reviews import review
from tests.api.test_signups import sent
from tests.api.test_wifi import wifi_login
from tests.personas import Bearer

ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com", "phone": "+39 333 123 4567"}


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(trattoria, key):
    """One of everything."""
    with trattoria.enter():
        return one_of_everything(trattoria)


@kept.again
def one_of_everything(trattoria):
    key = Bearer.of(trattoria)
    pk = key.post("bookings/", booking(trattoria, guest=ANNA, notes="by the window")).json()["contact"]
    key.post("orders/", order(trattoria, guest=ANNA))
    key.post("receipts/", receipt(trattoria, guest=ANNA))
    key.post("wifi-sessions/", wifi_login(trattoria, guest=ANNA))
    for path in ("promotion-signups/", "inquiries/"):
        key.post(path, sent(trattoria, path, guest=ANNA))
    key.post("reviews/", review(trattoria, contact=pk))
    key.post(f"contacts/{pk}/tags/", {"tag": "vip"})
    group = key.post("groups/", {"name": "Wine evenings"}).json()["id"]
    key.post(f"groups/{group}/contacts/", {"contacts": [pk]})
    key.patch(f"contacts/{pk}/", {"nickname": "Annie", "allergies": "nuts"})
    key.post(f"contacts/{pk}/unsubscribe/", {"venue": str(trattoria.venue.pk), "channel": "email"})
    return pk


def data(key, pk):
    answer = key.get(f"contacts/{pk}/data/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_it_holds_what_every_part_of_the_house_holds(trattoria, key, anna):
    held = data(key, anna)

    assert (held["profile"]["email"], held["profile"]["nickname"]) == ("anna@example.com", "Annie")
    assert held["allergies"] == "nuts"
    counts = {name: len(rows) for name, rows in held.items() if isinstance(rows, list) and rows}
    assert counts == {
        **dict.fromkeys(("bookings", "orders", "receipts", "wifi_sessions", "promotion_signups", "inquiries"), 1),
        **dict.fromkeys(("reviews", "tags", "groups", "visits", "statistics", "changes"), 1),
        "identifiers": 2,
        "consents": counts["consents"],
        "consent_ledger": counts["consent_ledger"],
    }
    assert held["bookings"][0]["notes"] == "by the window"
    assert held["bookings"][0]["guest"] == ANNA
    assert held["bookings"][0]["venue"] == trattoria.venue.name
    assert held["orders"][0]["items"][0]["name"]
    assert held["receipts"][0]["lines"][0]["name"]
    assert held["visits"][0]["sources"][0]["kind"] == "wifi"
    assert held["groups"] == ["Wine evenings"]
    assert [one["status"] for one in held["consents"] if one["address"] == "anna@example.com"] == ["unsubscribed"]
    assert {one["event"] for one in held["consent_ledger"]} >= {"staff_unsubscribed"} or held["consent_ledger"]


def test_every_part_of_the_house_says_something(trattoria):
    """A facet that holds tables on contacts hands them out."""
    with trattoria.enter():
        silent = [facet.name for facet in facets.registered() if list(facet.tables()) and not facet.export([], [])]

    assert silent == []


def test_what_was_merged_into_it_is_part_of_it(trattoria, key, anna):
    from_app = follow(key, trattoria).json()["contact"]
    with trattoria.enter():
        loser, winner = Contact.objects.get(pk=from_app), Contact.objects.get(pk=anna)
        merging.absorb(loser, into=winner, at=timezone.now())

    held = data(key, from_app)
    assert held["profile"]["id"] == anna
    assert [one["id"] for one in held["merged"]] == [from_app]
    assert (len(held["app_users"]), len(held["follows"])) == (1, 1)


def test_allergies_are_left_out_for_who_may_not_read_them(trattoria, key, anna):
    besides = OWNER_PERMISSIONS - {Permission.HEALTH_READ}
    with scope.enter(trattoria.id, scope.SYSTEM):
        _key, token = api_keys.create(name="x", preset=Preset.READ, besides=besides)

    seen = data(Bearer(token), anna)
    assert "nuts" not in json.dumps(seen)
    assert seen["left_out"] == ["allergies"]
    assert data(key, anna)["left_out"] == []


@pytest.fixture
def without_health(trattoria):
    """A key that may export, and not read allergies."""
    with scope.enter(trattoria.id, scope.SYSTEM):
        besides = OWNER_PERMISSIONS - {Permission.HEALTH_READ}
        _key, token = api_keys.create(name="x", preset=Preset.READ, besides=besides)
    return Bearer(token)


def test_so_are_tags_of_allergies(trattoria, key, anna, without_health):
    for label in ("Allergia alle noci", "Regular guest"):
        tag = key.post("tags/", {"label": label}).json()["key"]
        assert key.post(f"contacts/{anna}/tags/", {"tag": tag}).status_code < 300

    assert {one["tag"] for one in data(key, anna)["tags"]} == {"VIP", "Allergia alle noci", "Regular guest"}
    assert {one["tag"] for one in data(without_health, anna)["tags"]} == {"VIP", "Regular guest"}


def test_it_is_written_down_each_time_and_kept_nowhere(trattoria, key, anna):
    answer = key.get(f"contacts/{anna}/data/")

    assert answer.headers["Cache-Control"] == "no-store"
    with trattoria.enter():
        entry = AuditEntry.objects.get(action="contact_data_exported")
        assert (str(entry.object_id), entry.before) == (anna, None)
        assert {"bookings", "consents", "messages"} <= set(entry.after["sections"])
        assert entry.after["left_out"] == []


def test_one_in_the_bin_has_its_data_and_an_erased_one_none(key, anna):
    key.delete(f"contacts/{anna}/")
    assert data(key, anna)["profile"]["first_name"] == "Anna"

    answer = key.post(f"contacts/{anna}/erase/", {"confirm": "anna@example.com", "upcoming": "cancel"})
    assert answer.status_code < 300, answer.content
    assert_problem(key.get(f"contacts/{anna}/data/"), 410, "contact_erased")


def test_nothing_else_may_stand_in_the_query(key, anna):
    assert_problem(key.get(f"contacts/{anna}/data/?format=xml"), 400, "invalid")


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("manager", 200), ("marketer", 200), ("host", 403)])
def test_hosts_do_not_export(trattoria, key, anna, inside, role, status):
    client = trattoria.signed_in(role)

    answer = client.get(f"/api/v1/contacts/{anna}/data/", headers={"X-Tenant": trattoria.tenant.slug})
    assert answer.status_code == status


def test_it_says_nothing_of_anybody_else(trattoria, key, anna):
    key.post("bookings/", booking(trattoria, guest={"first_name": "Bruno", "email": "bruno@example.com"}))

    assert "bruno" not in json.dumps(data(key, anna)).lower()


class TestFactsThatAreNotTheGuestsOwn:
    """They name the guest all the same (crm.mentions), and clearing the data would wipe them."""

    @pytest.fixture
    def taken(self, trattoria, key):
        return key.post("bookings/", booking(trattoria, guest=ANNA, notes="by the window")).json()

    def test_what_is_nobodys_is_handed_out_whole(self, trattoria, key, taken):
        ordered = key.post("orders/", order(trattoria, guest=ANNA)).json()["id"]
        for path in (f"bookings/{taken['id']}", f"orders/{ordered}"):
            assert key.post(f"{path}/contact/", {"contact": None}).status_code == 200

        held = data(key, taken["contact"])

        assert [(one["id"], one["notes"]) for one in held["bookings"]] == [(taken["id"], "by the window")]
        assert [one["id"] for one in held["orders"]] == [ordered]
        assert held["orders"][0]["items"] != []
        assert held["named_elsewhere"] == []

    def test_of_what_is_anothers_by_now_only_what_names_the_guest(self, trattoria, key, taken):
        bruno = key.post("contacts/", {"first_name": "Bruno", "email": "bruno@example.com"}).json()["id"]
        assert key.post(f"bookings/{taken['id']}/contact/", {"contact": bruno}).status_code == 200

        held = data(key, taken["contact"])

        [named] = held["named_elsewhere"]
        assert (named["kind"], named["id"], named["guest"]) == ("booking", taken["id"], ANNA)
        assert held["bookings"] == []
        assert "window" not in json.dumps(held)
        assert bruno not in json.dumps(held)

    def test_what_names_somebody_else_is_not_among_it(self, trattoria, key, taken):
        other = booking(trattoria, guest={"first_name": "Bruno", "email": "bruno@example.com"})
        bruno = key.post("bookings/", other).json()["id"]
        key.post(f"bookings/{bruno}/contact/", {"contact": None})

        assert [one["id"] for one in data(key, taken["contact"])["bookings"]] == [taken["id"]]


def test_why_staff_took_an_automatic_tag_off_is_part_of_it(trattoria, key, anna):
    with trattoria.enter():
        tag = Tag.objects.get(key="regular")
        LiftedTag.objects.create(contact_id=anna, tag=tag, reason="Works for the baker", lifted_at=timezone.now())

    [lifted] = data(key, anna)["lifted_tags"]

    assert (lifted["tag"], lifted["reason"]) == (tag.label, "Works for the baker")


def test_that_mail_comes_back_is_part_of_it(trattoria, key, anna):
    with trattoria.enter():
        for address in (ANNA["email"], "bruno@example.com"):
            deliverability.mark(address, ConsentChannel.EMAIL, at=timezone.now())

    assert [(one["channel"], one["address"]) for one in data(key, anna)["undeliverable_addresses"]] == [
        ("email", ANNA["email"])
    ]


def test_a_code_that_waits_to_be_told_is_part_of_it(trattoria, key, anna):
    """Of somebody else's user of the app only the guest's own address, which was given there."""
    stranger = follow(key, trattoria).json()
    said = {"first_name": "Bruno", "email": ANNA["email"]}
    assert key.post(f"followers/{stranger['id']}/login/", {"guest": said}).status_code == 202

    [seen] = data(key, anna)["confirmations"]
    [own] = data(key, stranger["contact"])["confirmations"]

    assert seen["email"] == ANNA["email"]
    assert "guest" not in seen
    assert own["guest"]["first_name"] == "Bruno"
