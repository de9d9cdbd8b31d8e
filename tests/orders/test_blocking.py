"""For which addresses a block holds, and how long (R-ORDER-2, R-MERGE-3)."""

from __future__ import annotations

import pytest

from crm.editing import NotInList
from crm.models import Contact
from orders import blocking, merging
from orders.models import OrderAttempt, OrderingBlock
from tenants import scope
from tests.api.test_bookings import ANNA
from tests.api.test_ordering_block import order
from tests.personas import Bearer


@pytest.fixture
def admin(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def try_to_order(trattoria, bearer):
    widget = bearer(trattoria, "widget")

    def send(email):
        return widget.post("orders/", order(trattoria, guest={"first_name": "A", "email": email})).status_code

    return send


def blocked(admin, **guest):
    contact = admin.post("contacts/", guest).json()["id"]
    admin.put(f"contacts/{contact}/ordering-block/")
    return contact


def test_it_holds_for_the_addresses_the_contact_had_before(admin, try_to_order):
    contact = admin.post("contacts/", {"email": "first@example.com"}).json()["id"]
    admin.patch(f"contacts/{contact}/", {"email": "second@example.com"})
    admin.patch(f"contacts/{contact}/", {"email": "third@example.com"})

    admin.put(f"contacts/{contact}/ordering-block/")

    assert [try_to_order(f"{which}@example.com") for which in ("first", "second", "third")] == [409, 409, 409]
    assert try_to_order("fourth@example.com") == 201


def test_it_holds_for_the_addresses_the_contact_gains_afterwards(admin, try_to_order):
    contact = blocked(admin, email="first@example.com")

    admin.patch(f"contacts/{contact}/", {"email": "new@example.com"})

    assert [try_to_order("first@example.com"), try_to_order("new@example.com")] == [409, 409]


def test_it_holds_for_an_address_that_a_booking_brought(trattoria, admin, try_to_order):
    contact = blocked(admin, phone="333 765 4321")

    gained = admin.post(
        "receipts/",
        {
            "venue": str(trattoria.venue.pk),
            "closed_at": "2026-01-01T00:00:00Z",
            "guest": {"email": "late@example.com", "phone": "333 765 4321"},
            "total_minor": 100,
        },
    )

    assert gained.json()["contact"] == contact
    assert try_to_order("late@example.com") == 409


def test_a_contact_without_email_is_blocked_by_its_phone(trattoria, bearer, admin):
    blocked(admin, phone="333 765 4321")
    widget = bearer(trattoria, "widget")

    answers = [
        widget.post("orders/", order(trattoria, guest={"first_name": "A", **keys})).status_code
        for keys in ({"phone": "+39 333 765 4321"}, {"phone": "3337654321", "email": "new@example.com"})
    ]

    assert answers == [409, 409]


def test_it_holds_while_the_contact_is_in_the_bin_and_can_be_lifted_there(admin, try_to_order):
    contact = blocked(admin, email="anna@example.com")
    admin.delete(f"contacts/{contact}/")

    refused = try_to_order("anna@example.com")
    admin.delete(f"contacts/{contact}/ordering-block/")

    assert (refused, try_to_order("anna@example.com")) == (409, 201)


def test_nobody_in_the_bin_is_newly_blocked(admin):
    contact = admin.post("contacts/", ANNA).json()["id"]
    admin.delete(f"contacts/{contact}/")

    answer = admin.put(f"contacts/{contact}/ordering-block/")

    assert (answer.status_code, answer.json()["code"]) == (409, "contact_deleted")
    assert answer.json()["code"] == NotInList.code


def test_another_tenants_block_is_none_here(trattoria, bistro, bearer, try_to_order):
    blocked(bearer(bistro), email="anna@example.com")

    assert try_to_order("anna@example.com") == 201


def test_the_winner_of_a_merge_is_blocked_if_either_was(inside, admin):
    with scope.enter(inside.id, scope.SYSTEM):
        both = [
            Contact.objects.get(pk=admin.post("contacts/", {"email": f"{n}@example.com"}).json()["id"]) for n in "ab"
        ]
        winner, loser = both
        blocking.block(loser)
        OrderAttempt.objects.create(
            venue=inside.venue,
            contact=loser,
            attempted_at=loser.created_at,
            kind="takeaway",
            total_minor=100,
            currency="EUR",
        )

        merging.reassign(loser, winner)

        assert [one.contact_id for one in OrderingBlock.objects.all()] == [winner.pk]
        assert [one.contact_id for one in OrderAttempt.objects.all()] == [winner.pk]
        blocking.block(loser)
        merging.reassign(loser, winner)
        assert [one.contact_id for one in OrderingBlock.objects.all()] == [winner.pk]


def test_the_attempt_survives_in_a_transaction_of_its_own(commits, trattoria):
    admin, widget = Bearer.of(trattoria), Bearer.of(trattoria, "widget")
    contact = blocked(admin, **ANNA)

    refused = widget.post("orders/", order(trattoria))

    assert refused.status_code == 409
    assert len(admin.get(f"contacts/{contact}/ordering-attempts/").json()["results"]) == 1
    assert admin.get("orders/").json()["results"] == []
