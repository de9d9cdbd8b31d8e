"""A contact's one fixed discount: who has it, what it takes off, and when (R-ORDER-3)."""

from __future__ import annotations

import pytest

from crm.models import Contact
from orders import discounts, merging
from orders.models import Discount, FixedDiscount
from tests.api.test_bookings import ANNA
from tests.api.test_ordering_block import order
from tests.api.test_problems import assert_problem
from tests.crm import guests

NO_ID = "0198c5a0-0000-7000-8000-000000000000"
TEN = {"name": "Neighbors", "kind": "percent", "percent": 10}
FIVE_EURO = {"name": "Friends", "kind": "amount", "amount_minor": 500, "currency": "EUR"}


@pytest.fixture
def admin(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(admin):
    return admin.post("contacts/", ANNA).json()["id"]


def fixed(admin, contact, **discount):
    made = admin.post("discounts/", discount).json()["id"]
    assert admin.put(f"contacts/{contact}/fixed-discount/", {"discount": made}).status_code == 200
    return made


def accepted(admin, place, key=None, **changes):
    taken = (key or admin).post("orders/", order(place, **changes)).json()
    return admin.post(f"orders/{taken['id']}/status/", {"status": "accepted"}).json()


def money(body):
    return body["discount_minor"], body["total_minor"]


def test_the_list_of_discounts(admin):
    ten = admin.post("discounts/", TEN)
    five = admin.post("discounts/", FIVE_EURO).json()

    assert ten.status_code == 201
    shown = {"percent": 10, "amount_minor": None, "currency": None, "is_active": True}
    assert {name: ten.json()[name] for name in shown} == shown
    assert (five["percent"], five["amount_minor"], five["currency"]) == (None, 500, "EUR")
    assert [one["name"] for one in admin.get("discounts/").json()["results"]] == ["Friends", "Neighbors"]
    changed = admin.patch(f"discounts/{five['id']}/", {"kind": "percent", "percent": 20, "is_active": False}).json()
    assert [changed[name] for name in ("percent", "amount_minor", "currency", "is_active")] == [20, None, None, False]
    assert admin.get(f"discounts/{five['id']}/").json() == changed
    assert admin.delete(f"discounts/{five['id']}/").status_code == 204
    assert_problem(admin.get(f"discounts/{five['id']}/"), 404, "not_found")
    assert_problem(admin.post("discounts/", TEN), 409, "name_in_use")
    actions = {one["action"] for one in admin.get("audit/").json()["results"]}
    assert {"discount_created", "discount_updated", "discount_deleted"} <= actions


def test_a_discount_that_somebody_deletes_at_this_moment_is_unknown(inside):
    contact = guests.take(inside, **guests.ANNA).known_contact
    discount = discounts.create(TEN)
    seen = Discount.objects.get(pk=discount.pk)
    discounts.delete(discount)

    with pytest.raises(discounts.UnknownDiscount):
        discounts.fix(contact, seen)
    with pytest.raises(Discount.DoesNotExist):
        discounts.delete(seen)

    assert not FixedDiscount.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": ""}, "name", "blank"),
        ({"name": "x" * 81}, "name", "max_length"),
        ({"kind": "gift"}, "kind", "invalid_choice"),
        ({"percent": 0}, "percent", "min_value"),
        ({"percent": 101}, "percent", "max_value"),
        ({"percent": 12.5}, "percent", "invalid"),
        ({"percent": None}, "percent", "percent_needed"),
        ({"amount_minor": 5}, "percent", "percent_needed"),
        ({"currency": "EUR"}, "percent", "percent_needed"),
        ({"kind": "amount"}, "amount_minor", "amount_needed"),
        ({"kind": "amount", "percent": None, "amount_minor": 0}, "amount_minor", "min_value"),
        ({"kind": "amount", "percent": None, "amount_minor": 5}, "currency", "unknown_currency"),
        ({"kind": "amount", "percent": None, "amount_minor": 5, "currency": "QQQ"}, "currency", "unknown_currency"),
        ({"is_active": "no"}, "is_active", "invalid"),
        ({"until": "2026"}, "until", "unknown_field"),
    ],
)
def test_a_faulty_discount_is_400_with_the_field(admin, changes, field, code):
    body = assert_problem(admin.post("discounts/", {**TEN, **changes}), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert admin.get("discounts/").json()["results"] == []


def test_a_contact_has_one_and_its_card_shows_it(admin, anna):
    path = f"contacts/{anna}/fixed-discount/"
    ten = fixed(admin, anna, **TEN)
    first = admin.get(f"contacts/{anna}/").json()["fixed_discount"]

    five = fixed(admin, anna, **FIVE_EURO)

    shown = admin.get(f"contacts/{anna}/").json()["fixed_discount"]
    assert first == {**TEN, "id": ten, "amount_minor": None, "currency": None}
    assert shown == {**FIVE_EURO, "id": five, "percent": None}
    assert admin.put(path, {"discount": five}).status_code == 200
    assert [admin.delete(path).status_code, admin.delete(path).status_code] == [204, 204]
    assert admin.get(f"contacts/{anna}/").json()["fixed_discount"] is None
    entries = admin.get(f"audit/?object_id={anna}").json()["results"]
    changes = [(one["before"], one["after"]) for one in entries if one["action"] == "fixed_discount_set"]
    values = [(before["discount"], after["discount"]) for before, after in reversed(changes)]
    assert sorted(values, key=str) == sorted([(None, ten), (ten, five), (five, None)], key=str)


@pytest.mark.parametrize("body", [{}, {"discount": None}, {"discount": "ten"}, {"discount": NO_ID}])
def test_a_faulty_choice_is_400_on_its_field(admin, anna, body):
    refused = assert_problem(admin.put(f"contacts/{anna}/fixed-discount/", body), 400, "invalid")

    assert [error["field"] for error in refused["errors"]] == ["discount"]


def test_a_discount_of_another_tenant_is_the_same_as_none(bistro, bearer, admin, anna):
    foreign = bearer(bistro).post("discounts/", TEN).json()["id"]

    refused = assert_problem(admin.put(f"contacts/{anna}/fixed-discount/", {"discount": foreign}), 400, "invalid")
    nothing = assert_problem(admin.put(f"contacts/{anna}/fixed-discount/", {"discount": NO_ID}), 400, "invalid")

    assert refused["errors"] == nothing["errors"]
    assert admin.get(f"contacts/{anna}/").json()["fixed_discount"] is None


def test_one_out_of_use_is_neither_chosen_nor_shown_nor_applied(trattoria, admin, anna):
    ten = fixed(admin, anna, **TEN)
    admin.patch(f"discounts/{ten}/", {"is_active": False})
    bruno = admin.post("contacts/", {"email": "b@example.com"}).json()["id"]

    refused = assert_problem(admin.put(f"contacts/{bruno}/fixed-discount/", {"discount": ten}), 400, "invalid")

    assert refused["errors"][0]["code"] == "unknown_discount"
    assert admin.get(f"contacts/{anna}/").json()["fixed_discount"] is None
    assert money(accepted(admin, trattoria)) == (0, 2000)
    admin.patch(f"discounts/{ten}/", {"is_active": True})
    assert admin.get(f"contacts/{anna}/").json()["fixed_discount"]["id"] == ten


def test_nobody_in_the_bin_gets_one(admin, anna):
    ten = admin.post("discounts/", TEN).json()["id"]
    admin.delete(f"contacts/{anna}/")

    assert_problem(admin.put(f"contacts/{anna}/fixed-discount/", {"discount": ten}), 409, "contact_deleted")


@pytest.mark.parametrize(
    ("discount", "items_minor", "expected"),
    [
        ({"kind": "percent", "percent": 10}, 2005, 201),
        ({"kind": "percent", "percent": 10}, 2004, 200),
        ({"kind": "percent", "percent": 100}, 1999, 1999),
        ({"kind": "percent", "percent": 1}, 0, 0),
        ({"kind": "amount", "amount_minor": 500, "currency": "EUR"}, 2000, 500),
        ({"kind": "amount", "amount_minor": 500, "currency": "EUR"}, 300, 300),
        ({"kind": "amount", "amount_minor": 500, "currency": "CAD"}, 2000, 0),
        ({"kind": "percent", "percent": 10, "is_active": False}, 2000, 0),
    ],
)
def test_what_it_takes_off(inside, discount, items_minor, expected):
    assert discounts.reduction(Discount(**discount), items_minor=items_minor, currency="EUR") == expected


def test_staff_accept_a_public_order_and_it_is_applied_once(trattoria, admin, bearer, anna):
    fixed(admin, anna, **TEN)
    widget = bearer(trattoria, "widget")

    placed = widget.post("orders/", order(trattoria))
    unknown = widget.post("orders/", order(trattoria, guest={"email": "nobody@example.com"}))
    path = f"orders/{placed.json()['id']}/"
    before = admin.get(path).json()
    accepted_first = admin.post(f"{path}status/", {"status": "accepted"}).json()
    admin.post(f"{path}status/", {"status": "preparing"})
    accepted_again = admin.post(f"{path}status/", {"status": "accepted"}).json()

    assert {"discount_minor": placed.json()["discount_minor"], "total_minor": placed.json()["total_minor"]} == {
        name: unknown.json()[name] for name in ("discount_minor", "total_minor")
    }
    assert money(before) == (0, 2000)
    assert money(accepted_first) == money(accepted_again) == (200, 1800)
    changes = [
        (one["before"], one["after"])
        for one in admin.get(f"audit/?object_id={placed.json()['id']}").json()["results"]
        if one["action"] == "order_updated"
    ]
    assert changes == [
        ({"discount_minor": 0, "total_minor": 2000}, {"discount_minor": 200, "total_minor": 1800}),
    ]
    admin.post(f"{path}status/", {"status": "fulfilled"})
    assert admin.get(f"contacts/{anna}/").json()["stats"]["spend_total_minor"] == 1800


@pytest.mark.parametrize(
    ("status", "expected"), [("preparing", 200), ("ready", 200), ("fulfilled", 0), ("cancelled", 0)]
)
def test_who_begins_with_a_new_order_has_accepted_it(trattoria, admin, anna, status, expected):
    fixed(admin, anna, **TEN)
    path = f"orders/{admin.post('orders/', order(trattoria)).json()['id']}/status/"

    begun = admin.post(path, {"status": status}).json()

    assert money(begun) == (expected, 2000 - expected)
    assert money(admin.post(path, {"status": "ready"}).json()) == money(begun)


def test_it_takes_no_more_than_other_discounts_leave_and_no_tax(trattoria, admin, bearer, anna):
    fixed(admin, anna, name="All", kind="amount", amount_minor=5000, currency="EUR")
    tax = [{"name": "Eco", "amount_minor": 30, "is_included": False}]

    body = accepted(admin, trattoria, bearer(trattoria, "widget"), discount_minor=300, taxes=tax, total_minor=1730)

    assert money(body) == (2000, 30)


def test_a_trusted_order_that_has_it_already_does_not_get_it_again(trattoria, admin, bearer, anna):
    fixed(admin, anna, **TEN)
    quoted = {"discount_minor": 200, "total_minor": 1800}

    trusted = accepted(admin, trattoria, **quoted)
    public = accepted(admin, trattoria, bearer(trattoria, "widget"), **quoted)

    assert money(trusted) == (200, 1800)
    # A coupon of the page itself is no fixed discount: that comes on top of it, from what is left.
    assert money(public) == (380, 1620)


def test_an_order_without_contact_or_with_money_back_stays_as_it_is(trattoria, admin, anna):
    fixed(admin, anna, **TEN)
    refunded = admin.post("orders/", order(trattoria)).json()
    admin.post(f"orders/{refunded['id']}/refunds/", {"amount_minor": 500})

    nobody = accepted(admin, trattoria, guest={"first_name": "Nobody"})
    partly = admin.post(f"orders/{refunded['id']}/status/", {"status": "accepted"}).json()

    assert (money(nobody), money(partly)) == ((0, 2000), (0, 2000))


def test_deleting_a_discount_takes_it_from_its_contacts_and_leaves_their_orders(trattoria, admin, anna):
    ten = fixed(admin, anna, **TEN)
    order_id = accepted(admin, trattoria)["id"]

    assert admin.delete(f"discounts/{ten}/").status_code == 204

    assert admin.get(f"contacts/{anna}/").json()["fixed_discount"] is None
    assert money(admin.get(f"orders/{order_id}/").json()) == (200, 1800)


def test_the_winner_of_a_merge_keeps_its_own_discount(inside, admin):
    first, second = (Discount.objects.create(name=n, kind="percent", percent=5) for n in ("First", "Second"))
    winner, loser = (admin.post("contacts/", {"email": f"{n}@example.com"}).json()["id"] for n in "ab")
    FixedDiscount.objects.create(contact_id=loser, discount=second)

    merging.reassign(_contact(loser), _contact(winner))
    inherited = FixedDiscount.objects.get()
    FixedDiscount.objects.create(contact_id=loser, discount=first)
    merging.reassign(_contact(loser), _contact(winner))

    assert (str(inherited.contact_id), inherited.discount_id) == (winner, second.pk)
    assert FixedDiscount.objects.get().discount_id == second.pk


def _contact(contact_id):
    return Contact.objects.get(pk=contact_id)


@pytest.mark.parametrize("role", ["host", "marketer"])
def test_who_may_not_manage_discounts_may_read_them(trattoria, admin, anna, role):
    ten = admin.post("discounts/", TEN).json()["id"]
    client, headers = trattoria.signed_in(role), {"X-Tenant": str(trattoria.id)}

    def send(method, path, body=None):
        call = getattr(client, method)
        return call(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers).status_code

    assert client.get("/api/v1/discounts/", headers=headers).status_code == 200
    assert send("post", "discounts/", TEN) == send("patch", f"discounts/{ten}/", {"percent": 99}) == 403
    assert send("put", f"contacts/{anna}/fixed-discount/", {"discount": ten}) == 403
    assert send("delete", f"discounts/{ten}/") == 403
    assert admin.get(f"discounts/{ten}/").json()["percent"] == 10
