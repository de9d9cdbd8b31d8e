"""Orders taken through the API: what they do to the guest list, and what is refused (R-ORDER-1, R-ID-8, R-CRM-8).

What becomes of them is in test_order_changes.py (R-ORDER-4, R-WRITE-3, R-WRITE-4), how they are found in test_order_lists.py
(R-CRM-3).
"""

from __future__ import annotations

import datetime

import pytest

from tests.api.test_problems import assert_problem

ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com", "phone": "333 123 4567"}
BRUNO = {"first_name": "Bruno", "last_name": "Verdi", "email": "bruno@example.com"}
PIZZA = {"name": "Margherita", "quantity": 2, "unit_price_minor": 850, "category": "Pizza"}
BEER = {"name": "Birra", "quantity": 1, "unit_price_minor": 500, "category": "Drinks"}
NO_ID = "0198c5a0-0000-7000-8000-000000000000"


def order(place, **changes):
    return {
        "venue": str(place.venue.pk),
        "kind": "takeaway",
        "items": [PIZZA, BEER],
        "total_minor": 2200,
        "currency": place.venue.currency,
        "guest": ANNA,
        **changes,
    }


def ago(**length):
    return (datetime.datetime.now(datetime.UTC) - datetime.timedelta(**length)).isoformat()


def fulfilled(key, place, **changes):
    """A fulfilled order, as the API answers it."""
    taken = key.post("orders/", order(place, **changes)).json()
    return key.post(f"orders/{taken['id']}/status/", {"status": "fulfilled"}).json()


def stats(key, contact):
    return key.get(f"contacts/{contact}/").json()["stats"]


def test_a_new_guest_is_created_and_a_known_one_updated(trattoria, bearer):
    key = bearer(trattoria, "pos")

    first = key.post("orders/", order(trattoria))
    second = key.post("orders/", order(trattoria, guest={**ANNA, "last_name": "Bianchi"}))
    third = key.post("orders/", order(trattoria, guest={**ANNA, "last_name": "Bianchi"}))

    assert [answer.status_code for answer in (first, second, third)] == [201, 201, 201]
    assert [answer.json()["crm_sync"] for answer in (first, second, third)] == ["created", "updated", "unchanged"]
    assert first.json()["contact"] == second.json()["contact"] == third.json()["contact"] is not None
    assert (first.json()["status"], first.json()["channel"], first.json()["guest"]) == ("new", "pos", ANNA)
    assert first.headers["ETag"] == '"1"'


def test_an_order_says_what_was_ordered_and_what_it_costs(trattoria, bearer):
    key = bearer(trattoria)
    body = order(
        trattoria,
        channel="order_phone",
        placed_at="2026-11-20T19:12:00Z",
        taxes=[
            {"name": "GST", "amount_minor": 100, "is_included": False},
            {"name": "QST", "amount_minor": 200, "is_included": False},
            {"name": "Deposit", "amount_minor": 40, "is_included": True},
        ],
        tip_minor=300,
        discount_minor=200,
        total_minor=2300,
        notes="no onions",
        provider="shop",
        external_id="A1",
    )

    answer = key.post("orders/", body)

    assert answer.status_code == 201
    same = ("items", "taxes", "tip_minor", "discount_minor", "total_minor", "currency", "notes", "provider")
    assert {name: answer.json()[name] for name in same} == {name: body[name] for name in same}
    assert answer.json()["placed_at"] == "2026-11-20T20:12:00+01:00"
    assert (answer.json()["refunded_minor"], answer.json()["refunds"], answer.json()["service_date"]) == (0, [], None)
    read = key.get(f"orders/{answer.json()['id']}/")
    assert read.json() == {name: value for name, value in answer.json().items() if name not in ("crm_sync", "warnings")}


def test_an_order_needs_no_guest(trattoria, bearer):
    answer = bearer(trattoria, "pos").post("orders/", order(trattoria, guest=None, kind="dine_in"))

    assert answer.status_code == 201
    assert (answer.json()["contact"], answer.json()["crm_sync"]) == (None, "no_identity")


@pytest.mark.parametrize(
    ("guest", "code", "field", "suggestion"),
    [
        ({"email": "anna@gimail.con"}, "email_invalid", "guest.email", "anna@gmail.com"),
        ({"email": "anna@gmial.com"}, "email_typo", "guest.email", "anna@gmail.com"),
        ({"email": "anna@example.com", "phone": "3.93331234567E11"}, "phone_invalid", "guest.phone", None),
    ],
)
def test_a_faulty_email_or_phone_is_a_warning(trattoria, bearer, guest, code, field, suggestion):
    answer = bearer(trattoria, "pos").post("orders/", order(trattoria, guest=guest))

    assert answer.status_code == 201
    assert [(one["code"], one["field"], one["suggestion"]) for one in answer.json()["warnings"]] == [
        (code, field, suggestion)
    ]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"guest": []}, "guest", "invalid"),
        ({"guest": {"first_name": 5}}, "guest.first_name", "invalid"),
        ({"guest": {"birthday": "31/12/1980"}}, "guest.birthday", "birthday_unreadable"),
        ({"venue": "centro"}, "venue", "invalid"),
        ({"venue": NO_ID}, "venue", "unknown_id"),
        ({"contact": NO_ID}, "contact", "unknown_contact"),
        ({"kind": "brunch"}, "kind", "invalid_choice"),
        ({"kind": None}, "kind", "null"),
        ({"channel": "walk_in"}, "channel", "invalid_choice"),
        ({"items": []}, "items", "min_length"),
        ({"items": None}, "items", "null"),
        ({"items": {}}, "items", "not_a_list"),
        ({"items": ["Margherita"]}, "items.0", "invalid"),
        ({"items": [PIZZA, {**BEER, "quantity": 0}]}, "items.1.quantity", "min_value"),
        ({"items": [{**PIZZA, "quantity": -2}]}, "items.0.quantity", "min_value"),
        ({"items": [{**PIZZA, "quantity": 1.5}]}, "items.0.quantity", "invalid"),
        ({"items": [{**PIZZA, "quantity": "2"}]}, "items.0.quantity", "invalid"),
        ({"items": [{**PIZZA, "quantity": 10**9}]}, "items.0.quantity", "max_value"),
        ({"items": [{**PIZZA, "unit_price_minor": -850}]}, "items.0.unit_price_minor", "min_value"),
        ({"items": [{**PIZZA, "unit_price_minor": 8.5}]}, "items.0.unit_price_minor", "invalid"),
        ({"items": [{**PIZZA, "unit_price_minor": 10**13}]}, "items.0.unit_price_minor", "max_value"),
        ({"items": [{**PIZZA, "name": ""}]}, "items.0.name", "blank"),
        ({"items": [{**PIZZA, "name": "x" * 201}]}, "items.0.name", "max_length"),
        ({"items": [{**PIZZA, "price": 1}]}, "items.0.price", "unknown_field"),
        ({"items": [PIZZA] * 501}, "items", "max_length"),
        ({"taxes": [{"name": "IVA", "amount_minor": 1}]}, "taxes.0.is_included", "required"),
        ({"taxes": [{"name": "IVA", "amount_minor": -1, "is_included": True}]}, "taxes.0.amount_minor", "min_value"),
        ({"taxes": [{"name": "IVA", "amount_minor": 1, "is_included": "no"}]}, "taxes.0.is_included", "invalid"),
        ({"tip_minor": -1}, "tip_minor", "min_value"),
        ({"tip_minor": None}, "tip_minor", "null"),
        ({"discount_minor": -1}, "discount_minor", "min_value"),
        ({"total_minor": -1}, "total_minor", "min_value"),
        ({"total_minor": "2200"}, "total_minor", "invalid"),
        ({"total_minor": 10**20}, "total_minor", "max_value"),
        ({"total_minor": None}, "total_minor", "null"),
        ({"total_minor": 2201}, "total_minor", "total_mismatch"),
        ({"currency": "XYZ"}, "currency", "unknown_currency"),
        ({"currency": "eur"}, "currency", "unknown_currency"),
        ({"currency": "USD"}, "currency", "other_currency"),
        ({"currency": "EURO"}, "currency", "max_length"),
        ({"currency": None}, "currency", "null"),
        ({"placed_at": "2026-11-20T19:12:00"}, "placed_at", "invalid"),
        ({"placed_at": "2026-11-20"}, "placed_at", "invalid"),
        ({"placed_at": 1700000000}, "placed_at", "invalid"),
        ({"placed_at": ago(days=-1)}, "placed_at", "in_future"),
        ({"placed_at": "2199-01-01T00:00:00Z"}, "placed_at", "in_future"),
        ({"notes": "x" * 1001}, "notes", "max_length"),
        ({"external_id": "\x00"}, "external_id", "null_characters_not_allowed"),
        ({"marketing_opt_in": {"email": "yes"}}, "marketing_opt_in.email", "invalid"),
        ({"status": "fulfilled"}, "status", "unknown_field"),
    ],
)
def test_a_faulty_order_is_400_with_the_field_and_nothing_is_taken(trattoria, bearer, changes, field, code):
    key = bearer(trattoria)

    body = assert_problem(key.post("orders/", order(trattoria, **changes)), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert key.get("orders/").json()["results"] == key.get("contacts/").json()["results"] == []


@pytest.mark.parametrize("missing", ["venue", "kind", "items", "total_minor", "currency"])
def test_what_an_order_cannot_do_without_is_required(trattoria, bearer, missing):
    body = {name: value for name, value in order(trattoria).items() if name != missing}

    problem = assert_problem(bearer(trattoria).post("orders/", body), 400, "invalid")

    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(missing, "required")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"total_minor": 2000}, 2200),
        ({"discount_minor": 200}, 2000),
        ({"tip_minor": 300, "total_minor": 2500}, 2200),
        ({"taxes": [{"name": "GST", "amount_minor": 110, "is_included": False}]}, 2310),
        ({"taxes": [{"name": "IVA", "amount_minor": 110, "is_included": True}], "total_minor": 2310}, 2200),
        ({"discount_minor": 2300, "total_minor": 0}, -100),
    ],
)
def test_a_total_that_does_not_add_up_is_refused_with_the_difference(trattoria, bearer, changes, expected):
    body = order(trattoria, **changes)

    problem = assert_problem(bearer(trattoria).post("orders/", body), 400, "invalid")

    difference = body["total_minor"] - expected
    assert (problem["expected_minor"], problem["difference_minor"]) == (expected, difference)
    [error] = problem["errors"]
    assert (error["field"], error["code"]) == ("total_minor", "total_mismatch")
    assert str(difference) in error["detail"]


def test_a_clock_that_is_a_little_ahead_is_no_fault(trattoria, bearer):
    answer = bearer(trattoria).post("orders/", order(trattoria, placed_at=ago(minutes=-4)))

    assert answer.status_code == 201


def test_a_known_external_id_answers_200_with_the_first_order_and_changes_nothing(trattoria, bearer):
    key = bearer(trattoria, "pos")
    first = key.post("orders/", order(trattoria, provider="upmenu", external_id="A1"))
    other = {"items": [BEER], "total_minor": 500, "guest": BRUNO}

    second = key.post("orders/", order(trattoria, provider="upmenu", external_id="A1", **other))
    elsewhere = key.post("orders/", order(trattoria, provider="till", external_id="A1"))
    mare = key.post("orders/", order(trattoria, venue=str(trattoria.venues[1].pk), provider="upmenu", external_id="A1"))

    assert (second.status_code, second.json()["id"], second.json()["total_minor"]) == (200, first.json()["id"], 2200)
    assert (second.json()["guest"], second.json()["crm_sync"]) == (ANNA, "unchanged")
    assert [answer.status_code for answer in (elsewhere, mare)] == [201, 201]
    assert len({answer.json()["id"] for answer in (first, elsewhere, mare)}) == 3


def test_the_same_idempotency_key_takes_one_order(trattoria, bearer):
    key = bearer(trattoria, "pos")

    first, again = (key.post("orders/", order(trattoria), **{"Idempotency-Key": "k1"}) for _ in range(2))

    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(key.get("orders/").json()["results"]) == 1


def test_a_contact_chosen_by_staff_wins_and_a_typed_email_of_another_is_refused(trattoria, bearer):
    key = bearer(trattoria)
    anna = key.post("orders/", order(trattoria)).json()["contact"]
    bruno = key.post("orders/", order(trattoria, guest=BRUNO)).json()["contact"]

    chosen = key.post("orders/", order(trattoria, contact=anna, guest={"first_name": "Anna"}))
    refused = key.post("orders/", order(trattoria, contact=anna, guest={"email": "bruno@example.com"}))

    assert chosen.json()["contact"] == anna
    assert assert_problem(refused, 409, "email_in_use")["contact"] == bruno


def test_ordering_for_an_anonymous_user_of_the_app_needs_a_registration(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("orders/", order(trattoria)).json()
    user = key.post("followers/", {"venue": str(trattoria.venue.pk), "external_id": "app-1"}).json()["contact"]

    chosen = key.post("orders/", order(trattoria, contact=user, guest=None))
    named = key.post("orders/", order(trattoria, contact=user, guest=BRUNO))
    linked = key.post(f"orders/{taken['id']}/contact/", {"contact": user})

    for answer in (chosen, named, linked):
        assert_problem(answer, 403, "registration_required")
    assert [one["id"] for one in key.get("orders/").json()["results"]] == [taken["id"]]
    assert key.get(f"orders/{taken['id']}/").json()["contact"] == taken["contact"]
    assert key.get("contacts/", {"kind": "unregistered"}).json()["results"][0]["id"] == taken["contact"]


@pytest.mark.parametrize(
    ("preset", "kind", "channel"),
    [
        ("widget", "takeaway", "order_web"),
        ("widget", "self_order", "self_order"),
        ("pos", "dine_in", "pos"),
        ("admin", "takeaway", "api"),
    ],
)
def test_an_order_without_channel_gets_the_one_of_its_sender(trattoria, bearer, preset, kind, channel):
    answer = bearer(trattoria, preset).post("orders/", order(trattoria, kind=kind))

    assert answer.json()["channel"] == channel


def test_what_an_order_asks_of_consent_is_recorded_with_it(trattoria, bearer):
    key = bearer(trattoria)
    box = {"email": True, "sms": False, "wording": "w1"}

    taken = key.post("orders/", order(trattoria, channel="order_web", marketing_opt_in=box)).json()

    entries = key.get(f"contacts/{taken['contact']}/consents/").json()["results"]
    assert {(one["channel"], one["source"]) for one in entries} == {("email", "order"), ("sms", "order")}
    refused = bearer(trattoria, "pos").post("orders/", order(trattoria, marketing_opt_in=box))
    assert assert_problem(refused, 403, "permission_denied")["permission"] == "guest_action"


def test_a_ticked_box_counts_too_where_the_guests_key_names_no_channel(trattoria, bearer):
    key = bearer(trattoria)

    taken = key.post("orders/", order(trattoria, marketing_opt_in={"email": True})).json()

    consents = key.get(f"contacts/{taken['contact']}/").json()["consents"]
    assert taken["channel"] == "api"
    assert {one["channel"]: one["pending_confirmation"] for one in consents} == {"email": True, "sms": False}


def test_a_paused_venue_refuses_the_guests_orders_and_not_those_of_staff(trattoria, bearer):
    admin, widget, pos = bearer(trattoria), bearer(trattoria, "widget"), bearer(trattoria, "pos")
    admin.patch(f"venues/{trattoria.venue.pk}/", {"ordering_paused": True})

    for key, changes in (
        (widget, {}),
        (widget, {"kind": "self_order"}),
        (admin, {"channel": "order_web"}),
        (admin, {"channel": "self_order"}),
    ):
        assert_problem(key.post("orders/", order(trattoria, **changes)), 409, "ordering_unavailable")
    assert admin.get("contacts/").json()["results"] == []

    for key, changes in ((pos, {}), (admin, {"channel": "order_phone"}), (admin, {"channel": "staff"})):
        assert key.post("orders/", order(trattoria, **changes)).status_code == 201


class TestWidget:
    """A widget key stands in a public page: it orders, and learns nothing (API.md, Conventions)."""

    def test_it_hears_what_it_sent_and_not_whether_the_guest_was_known(self, trattoria, bearer):
        bearer(trattoria).post("contacts/", {**ANNA, "notes": "VIP"})
        widget = bearer(trattoria, "widget")

        known, unknown = (
            widget.post("orders/", order(trattoria, placed_at=ago(minutes=1), guest=guest)) for guest in (ANNA, BRUNO)
        )

        alike = [
            {name: value for name, value in answer.json().items() if name not in ("id", "guest", "placed_at")}
            for answer in (known, unknown)
        ]
        assert (known.status_code, alike[0]) == (unknown.status_code, alike[1])
        assert {"contact", "crm_sync", "refunds", "status_by"} & set(known.json()) == set()
        assert (known.json()["guest"], known.json()["warnings"]) == (ANNA, [])

    def test_a_known_external_id_shows_what_was_sent_and_not_what_is_stored(self, trattoria, bearer):
        stored = bearer(trattoria, "pos").post(
            "orders/", order(trattoria, provider="shop", external_id="A1", notes="allergic")
        )

        answer = bearer(trattoria, "widget").post(
            "orders/",
            order(
                trattoria, provider="shop", external_id="A1", guest={"first_name": "Eve"}, items=[BEER], total_minor=500
            ),
        )

        assert (answer.status_code, answer.json()["id"]) == (200, stored.json()["id"])
        assert (answer.json()["guest"], answer.json()["notes"]) == ({"first_name": "Eve"}, "")
        assert (answer.json()["items"], answer.json()["total_minor"]) == ([BEER], 500)
        assert "Anna" not in answer.content.decode()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"contact": NO_ID}, "contact"),
            ({"channel": "staff"}, "channel"),
            ({"channel": "pos"}, "channel"),
            ({"guest": {"registered_at": "2020-01-01T20:00:00Z"}}, "guest.registered_at"),
        ],
    )
    def test_it_may_not_state_what_a_public_page_cannot_know(self, trattoria, bearer, changes, field):
        answer = bearer(trattoria, "widget").post("orders/", order(trattoria, **changes))

        body = assert_problem(answer, 400, "invalid")
        assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, "not_allowed")]

    def test_it_reads_and_changes_nothing(self, trattoria, bearer):
        widget = bearer(trattoria, "widget")
        path = f"orders/{widget.post('orders/', order(trattoria)).json()['id']}/"

        assert_problem(widget.get("orders/"), 403, "permission_denied")
        assert_problem(widget.get(path), 403, "permission_denied")
        assert_problem(widget.patch(path, {"notes": "x"}), 403, "permission_denied")
        assert_problem(widget.post(f"{path}status/", {"status": "fulfilled"}), 403, "permission_denied")
        assert_problem(widget.post(f"{path}refunds/", {"amount_minor": 1}), 403, "permission_denied")
