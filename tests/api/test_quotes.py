"""A quote tells a public page nothing about who is known; a trusted key hears the guest's own price (R-ORDER-3, R-MERGE-4)."""

from __future__ import annotations

import pytest

from tests.api.test_bookings import ANNA
from tests.api.test_ordering_block import ITEMS, NO_ID, OF_THE_MOMENT, pause
from tests.api.test_problems import assert_problem
from tests.orders.test_discounts import TEN, fixed

PLAIN = {"subtotal_minor": 2000, "discount_minor": 0, "total_minor": 2000, "currency": "EUR"}
REDUCED = {"subtotal_minor": 2000, "discount_minor": 200, "total_minor": 1800, "currency": "EUR"}
NOBODY = {"first_name": "Nora", "email": "nora@example.com"}


def quote(place, **changes):
    return {"venue": str(place.venue.pk), "items": ITEMS, "guest": ANNA, **changes}


@pytest.fixture
def admin(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(admin):
    contact = admin.post("contacts/", ANNA).json()["id"]
    fixed(admin, contact, **TEN)
    return contact


def test_a_widget_hears_the_same_price_for_known_and_unknown_guests(trattoria, bearer, anna):
    widget = bearer(trattoria, "widget")

    answers = [widget.post("quotes/", quote(trattoria, guest=guest)) for guest in (ANNA, NOBODY, None)]

    assert [answer.json() for answer in answers] == [PLAIN, PLAIN, PLAIN]
    headers = [
        {name: value for name, value in one.headers.items() if name not in (*OF_THE_MOMENT, "X-Request-Id")}
        for one in answers
    ]
    assert headers[0] == headers[1] == headers[2]


@pytest.mark.parametrize(
    ("guest", "expected"),
    [
        (ANNA, REDUCED),
        ({"email": " ANNA@example.com "}, REDUCED),
        (NOBODY, PLAIN),
        ({"phone": ANNA["phone"]}, PLAIN),
        ({"email": "anna@gimail.con"}, PLAIN),
        (None, PLAIN),
    ],
    ids=["known", "any case", "unknown", "a phone the family may share", "faulty", "nobody"],
)
@pytest.mark.parametrize("preset", ["admin", "pos"])
def test_a_trusted_key_hears_the_price_of_the_guest_it_vouches_for(trattoria, bearer, anna, guest, expected, preset):
    answer = bearer(trattoria, preset).post("quotes/", quote(trattoria, guest=guest))

    assert (answer.status_code, answer.json()) == (200, expected)


def test_a_chosen_contact_and_one_known_by_its_phone_alone(trattoria, admin, anna):
    bruno = admin.post("contacts/", {"phone": "333 765 4321"}).json()["id"]
    discount = admin.get("discounts/").json()["results"][0]["id"]
    admin.put(f"contacts/{bruno}/fixed-discount/", {"discount": discount})

    chosen = admin.post("quotes/", quote(trattoria, guest=None, contact=anna))
    by_phone = admin.post("quotes/", quote(trattoria, guest={"phone": "333 765 4321"}))

    assert (chosen.json(), by_phone.json()) == (REDUCED, REDUCED)


def test_the_id_of_a_merged_contact_means_its_winner(trattoria, admin, anna):
    user = admin.post("followers/", {"venue": str(trattoria.venue.pk), "external_id": "app-1"}).json()
    admin.post(f"followers/{user['id']}/login/", {"guest": {"email": ANNA["email"]}, "verified": True})

    answer = admin.post("quotes/", quote(trattoria, guest=None, contact=user["contact"]))

    assert (user["contact"] == anna, answer.json()) == (False, REDUCED)


def test_a_quote_says_nothing_of_a_block_or_a_pause(trattoria, admin, bearer, anna):
    widget = bearer(trattoria, "widget")
    admin.put(f"contacts/{anna}/ordering-block/")
    blocked = widget.post("quotes/", quote(trattoria)).json()
    pause(admin, trattoria, True)

    assert (blocked, widget.post("quotes/", quote(trattoria)).json()) == (PLAIN, PLAIN)


def test_a_quote_keeps_nothing(trattoria, admin):
    admin.post("quotes/", quote(trattoria, guest=NOBODY))

    assert admin.get("contacts/").json()["results"] == []
    assert admin.get("orders/").json()["results"] == []


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"venue": NO_ID}, "venue", "unknown_id"),
        ({"items": []}, "items", "min_length"),
        ({"items": None}, "items", "null"),
        ({"items": [{**ITEMS[0], "quantity": 0}]}, "items.0.quantity", "min_value"),
        ({"items": [{**ITEMS[0], "unit_price_minor": -1}]}, "items.0.unit_price_minor", "min_value"),
        ({"items": [{**ITEMS[0], "name": None}]}, "items.0.name", "null"),
        ({"guest": {"birthday": "31/12"}}, "guest.birthday", "birthday_unreadable"),
        ({"contact": NO_ID}, "contact", "unknown_contact"),
        ({"total_minor": 1}, "total_minor", "unknown_field"),
    ],
)
def test_a_faulty_quote_is_400_with_the_field(trattoria, admin, changes, field, code):
    body = assert_problem(admin.post("quotes/", quote(trattoria, **changes)), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]


def test_a_widget_may_not_name_a_contact(trattoria, bearer, anna):
    body = assert_problem(bearer(trattoria, "widget").post("quotes/", quote(trattoria, contact=anna)), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [("contact", "not_allowed")]
