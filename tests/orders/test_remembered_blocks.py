"""A block outlives the guest: an erased guest's address may not order, and whoever gains it is blocked (R-ORDER-2, R-PRIV-1)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import BlockedAddress, OrderingBlock
from staff import api_keys
from tenants import keyed_hash
from tests.api.test_bookings import ANNA, booking
from tests.api.test_ordering_block import FRAME, SAME_REQUEST, order, seen
from tests.crm.test_erasure import EMAIL, erase

PHONE_ALONE = {"last_name": "Rossi", "phone": "333 765 4321"}


@pytest.fixture
def admin(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def widget(trattoria, bearer):
    return bearer(trattoria, "widget")


def erased(admin, confirm=EMAIL, **guest):
    """The id of a guest who was blocked, and is erased."""
    contact = admin.post("contacts/", guest or ANNA).json()["id"]
    admin.put(f"contacts/{contact}/ordering-block/")
    assert erase(admin, contact, confirm).status_code == 200
    return contact


def test_only_a_hash_is_kept(admin, trattoria):
    contact = erased(admin)

    with trattoria.enter():
        assert OrderingBlock.objects.count() == 0
        kept = BlockedAddress.objects.values_list("digest", "kind", "contact", "is_alone")
        assert {(digest, kind, str(pk), alone) for digest, kind, pk, alone in kept} == {
            (keyed_hash.of(EMAIL), "email", contact, False),
            (keyed_hash.of("+393331234567"), "phone", contact, False),
        }


def test_nothing_is_kept_of_a_guest_who_might_order(admin, trattoria):
    contact = admin.post("contacts/", ANNA).json()["id"]
    erase(admin, contact)

    with trattoria.enter():
        assert BlockedAddress.objects.count() == 0


@pytest.mark.parametrize("email", [EMAIL, "ANNA@example.com"])
def test_a_public_order_with_the_address_is_refused_as_ever(admin, widget, trattoria, email):
    erased(admin)

    refused = widget.post("orders/", order(trattoria, guest={"email": email}), **SAME_REQUEST)
    admin.patch(f"venues/{trattoria.venue.pk}/", {"ordering_paused": True})
    paused = widget.post("orders/", order(trattoria, guest={"email": "nobody@example.com"}), **SAME_REQUEST)

    assert seen(refused) == seen(paused)
    assert refused.status_code == 409


def test_and_asks_the_database_no_more_than_for_anybody(admin, widget, trattoria, monkeypatch):
    monkeypatch.setattr(api_keys, "TRUSTED_SECONDS", 3600)
    erased(admin)
    admin.patch(f"venues/{trattoria.venue.pk}/", {"ordering_paused": True})
    asked = []
    for email in ("warm@example.com", EMAIL, "nobody@example.com"):
        with CaptureQueriesContext(connection) as queries:
            widget.post("orders/", order(trattoria, guest={"email": email}))
        asked.append([q["sql"] for q in queries if not (q["sql"] or "").startswith(FRAME)])

    assert len(asked[1]) == len(asked[2])


@pytest.mark.parametrize(
    ("guest", "status"),
    [
        ({"phone": "+39 333 765 4321"}, 409),
        ({"phone": "3337654321", "email": "new@example.com"}, 409),
        ({"phone": "333 765 4322"}, 201),
    ],
)
def test_the_phone_of_a_guest_without_email_counts_beside_any_email(admin, widget, trattoria, guest, status):
    erased(admin, "3337654321", **PHONE_ALONE)

    assert widget.post("orders/", order(trattoria, guest={"last_name": "R", **guest})).status_code == status


@pytest.mark.parametrize(("guest", "status"), [({}, 409), ({"email": "new@example.com"}, 201)])
def test_the_phone_of_a_guest_with_email_counts_alone_only(admin, widget, trattoria, guest, status):
    erased(admin)

    sent = {"last_name": "R", "phone": ANNA["phone"], **guest}
    assert widget.post("orders/", order(trattoria, guest=sent)).status_code == status


def test_who_comes_anew_with_the_address_is_blocked_before_the_eyes_of_staff(admin, trattoria):
    erased(admin)

    contact = admin.post("bookings/", booking(trattoria)).json()["contact"]

    assert admin.get(f"contacts/{contact}/").json()["is_ordering_blocked"] is True
    assert [one["id"] for one in admin.get("contacts/?blocked=true").json()["results"]] == [contact]
    refused = admin.post("orders/", order(trattoria, channel="order_phone"))
    assert (refused.status_code, refused.json()["code"], refused.json()["contact"]) == (
        409,
        "ordering_blocked",
        contact,
    )


def test_so_is_a_contact_that_gains_the_address_later(admin, trattoria):
    erased(admin)
    contact = admin.post("contacts/", {"email": "other@example.com"}).json()["id"]
    assert admin.get(f"contacts/{contact}/").json()["is_ordering_blocked"] is False

    admin.patch(f"contacts/{contact}/", {"email": EMAIL})

    assert admin.get(f"contacts/{contact}/").json()["is_ordering_blocked"] is True


def test_nobody_else_is(admin, trattoria, bistro, bearer):
    erased(admin)

    for key, guest in ((admin, {"email": "other@example.com"}), (bearer(bistro), {"email": EMAIL})):
        contact = key.post("contacts/", guest).json()["id"]
        assert key.get(f"contacts/{contact}/").json()["is_ordering_blocked"] is False


def test_lifting_it_from_whoever_came_anew_ends_it_for_all_addresses(admin, widget, trattoria):
    erased(admin)
    contact = admin.post("contacts/", {"email": EMAIL}).json()["id"]

    admin.delete(f"contacts/{contact}/ordering-block/")

    assert widget.post("orders/", order(trattoria, guest={"email": EMAIL})).status_code == 201
    assert widget.post("orders/", order(trattoria, guest={"phone": ANNA["phone"]})).status_code == 201
    with trattoria.enter():
        assert BlockedAddress.objects.count() == 0
