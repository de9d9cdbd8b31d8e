"""Receipts of the till through the API: who may send them, what they do, what is refused (R-ORDER-1, R-CRM-2, R-CRM-3)."""

from __future__ import annotations

import datetime

import pytest

from tests.api.test_bookings import ANNA
from tests.api.test_problems import assert_problem

NO_ID = "0198c5a0-0000-7000-8000-000000000000"
LINES = [
    {"name": "Pizza", "quantity": 2, "unit_price_minor": 900, "total_minor": 1800, "category": "Food"},
    {"name": "Wine", "quantity": 1, "unit_price_minor": 2200, "total_minor": 2200, "category": "Drinks"},
    {"name": "Tiramisù", "quantity": 1, "unit_price_minor": 600, "total_minor": 600, "category": "Food"},
]


def receipt(place, **changes):
    return {
        "venue": str(place.venue.pk),
        "provider": "till",
        "external_id": "R1",
        "closed_at": "2026-11-20T22:15:00+01:00",
        "guest": ANNA,
        "lines": LINES,
        "taxes": [{"name": "IVA 10%", "amount_minor": 400}],
        "tip_minor": 300,
        "discount_minor": 200,
        "net_minor": 4000,
        "total_minor": 4400,
        "currency": "EUR",
        **changes,
    }


def stats(key, contact):
    return key.get(f"contacts/{contact}/").json()["stats"]


def test_a_receipt_answers_with_its_contact_and_its_lines(trattoria, bearer):
    answer = bearer(trattoria, "pos").post("receipts/", receipt(trattoria))

    body = answer.json()
    assert (answer.status_code, body["crm_sync"], body["warnings"]) == (201, "created", [])
    assert (body["contact"] is not None, body["guest"], body["order"]) == (True, ANNA, None)
    assert (body["closed_at"], body["business_date"]) == ("2026-11-20T22:15:00+01:00", "2026-11-20")
    assert body["lines"] == LINES
    assert body["spend_by_category"] == [
        {"category": "Food", "total_minor": 2400},
        {"category": "Drinks", "total_minor": 2200},
    ]
    assert body["taxes"] == [{"name": "IVA 10%", "amount_minor": 400}]
    amounts = ("tip_minor", "discount_minor", "net_minor", "total_minor", "currency", "voided", "voided_at")
    assert [body[name] for name in amounts] == [300, 200, 4000, 4400, "EUR", False, None]
    assert answer.headers["ETag"] == '"1"'


def test_it_is_an_intake_of_the_till_as_old_as_the_receipt(trattoria, bearer):
    key = bearer(trattoria)
    contact = key.post("receipts/", receipt(trattoria)).json()["contact"]

    card = key.get(f"contacts/{contact}/").json()

    assert (card["first_channel"], card["first_contact_on"]) == ("pos", "2026-11-20")
    assert {(one["channel"], one["status"], one["source"]) for one in card["consents"]} == {
        ("email", "implied", "receipt"),
        ("sms", "implied", "receipt"),
    }


def test_the_same_external_id_is_the_same_receipt_for_ever(trattoria, bearer):
    key = bearer(trattoria)
    first = key.post("receipts/", receipt(trattoria)).json()

    again = key.post(
        "receipts/", receipt(trattoria, guest={"email": "x@example.com"}, total_minor=9900, net_minor=9500)
    )
    elsewhere = key.post("receipts/", receipt(trattoria, provider="other", guest=None))

    assert (again.status_code, again.json()["id"], again.json()["total_minor"]) == (200, first["id"], 4400)
    assert (again.json()["crm_sync"], again.json()["contact"]) == ("unchanged", first["contact"])
    assert elsewhere.status_code == 201
    assert stats(key, first["contact"])["spend_total_minor"] == 4400


def test_voiding_takes_the_purchase_away_and_is_audited_once(trattoria, bearer):
    key = bearer(trattoria)
    first = key.post("receipts/", receipt(trattoria)).json()

    voided = key.post("receipts/", receipt(trattoria, voided=True))
    again = key.post("receipts/", receipt(trattoria, voided=True))
    never_back = key.post("receipts/", receipt(trattoria, voided=False))

    assert (voided.status_code, voided.json()["voided"], voided.headers["ETag"]) == (200, True, '"2"')
    assert again.json()["voided_at"] == never_back.json()["voided_at"] == voided.json()["voided_at"]
    own = stats(key, first["contact"])
    assert (own["spend_total_minor"], own["last_purchase_on"], own["average_ticket_minor"]) == (None, None, None)
    entries = key.get(f"audit/?object_id={first['id']}").json()["results"]
    assert sorted(entry["action"] for entry in entries) == ["receipt_recorded", "receipt_voided"]


def test_a_receipt_that_comes_voided_counts_nothing_and_gives_no_consent(trattoria, bearer):
    key = bearer(trattoria)

    body = key.post("receipts/", receipt(trattoria, voided=True)).json()

    assert (body["voided"], body["crm_sync"]) == (True, "created")
    assert stats(key, body["contact"])["spend_total_minor"] is None
    assert key.get(f"contacts/{body['contact']}/").json()["consents"] == []


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"venue": NO_ID}, "venue", "unknown_id"),
        ({"venue": None}, "venue", "null"),
        ({"provider": "x" * 41}, "provider", "max_length"),
        ({"external_id": 12}, "external_id", "invalid"),
        ({"external_id": "a\x00"}, "external_id", "null_characters_not_allowed"),
        ({"closed_at": None}, "closed_at", "null"),
        ({"closed_at": "2026-11-20T22:15:00"}, "closed_at", "invalid"),
        ({"closed_at": "2126-11-20T22:15:00Z"}, "closed_at", "in_future"),
        ({"order": NO_ID}, "order", "unknown_id"),
        ({"order": "12"}, "order", "invalid"),
        ({"contact": NO_ID}, "contact", "unknown_contact"),
        ({"card_number": "1234"}, "card_number", "unknown_card"),
        ({"guest": []}, "guest", "invalid"),
        ({"guest": {"first_name": 5}}, "guest.first_name", "invalid"),
        ({"lines": {}}, "lines", "not_a_list"),
        ({"lines": [1]}, "lines.0", "invalid"),
        ({"lines": [{**LINES[0], "quantity": 0}]}, "lines.0.quantity", "min_value"),
        ({"lines": [{**LINES[0], "quantity": 1.5}]}, "lines.0.quantity", "invalid"),
        ({"lines": [LINES[0], {**LINES[1], "unit_price_minor": -1}]}, "lines.1.unit_price_minor", "min_value"),
        ({"lines": [{**LINES[0], "total_minor": 10**13}]}, "lines.0.total_minor", "max_value"),
        ({"lines": [{**LINES[0], "name": ""}]}, "lines.0.name", "blank"),
        ({"lines": [{**LINES[0], "price": 1}]}, "lines.0.price", "unknown_field"),
        ({"lines": [LINES[0]] * 201}, "lines", "max_length"),
        ({"taxes": [{"name": "IVA"}]}, "taxes.0.amount_minor", "required"),
        ({"taxes": [{"name": "IVA", "amount_minor": -1}]}, "taxes.0.amount_minor", "min_value"),
        ({"taxes": [{"name": "IVA", "amount_minor": 5000}], "net_minor": None}, "net_minor", "null"),
        ({"tip_minor": -1}, "tip_minor", "min_value"),
        ({"tip_minor": "3"}, "tip_minor", "invalid"),
        ({"discount_minor": -1}, "discount_minor", "min_value"),
        ({"net_minor": -1}, "net_minor", "min_value"),
        ({"net_minor": 4001}, "net_minor", "net_mismatch"),
        ({"total_minor": -1}, "total_minor", "min_value"),
        ({"total_minor": None}, "total_minor", "null"),
        ({"total_minor": 4500, "net_minor": 4100}, "total_minor", "total_mismatch"),
        ({"currency": "EURO"}, "currency", "max_length"),
        ({"currency": "QQQ"}, "currency", "unknown_currency"),
        ({"currency": "CAD"}, "currency", "other_currency"),
        ({"voided": "yes"}, "voided", "invalid"),
        ({"points": 3}, "points", "unknown_field"),
    ],
)
def test_a_faulty_receipt_is_400_with_the_field_and_nothing_is_kept(trattoria, bearer, changes, field, code):
    key = bearer(trattoria)

    body = assert_problem(key.post("receipts/", receipt(trattoria, **changes)), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert key.get("contacts/").json()["results"] == []


@pytest.mark.parametrize(
    ("changes", "field", "difference"),
    [
        ({"net_minor": 4001}, "net_minor", "1"),
        ({"total_minor": 4390, "net_minor": 3990}, "total_minor", "-10"),
        ({"total_minor": 4810, "net_minor": 4410}, "total_minor", "10"),
        ({"discount_minor": 0}, "total_minor", "-200"),
    ],
)
def test_what_does_not_add_up_is_refused_with_the_difference(trattoria, bearer, changes, field, difference):
    body = assert_problem(bearer(trattoria).post("receipts/", receipt(trattoria, **changes)), 400, "invalid")

    assert [error["field"] for error in body["errors"]] == [field]
    assert body["errors"][0]["detail"].endswith(f"a difference of {difference}.")


@pytest.mark.parametrize(
    ("changes", "net"),
    [
        ({}, 4000),
        ({"total_minor": 4800, "net_minor": 4400}, 4400),
        ({"taxes": [], "net_minor": 4400}, 4400),
        ({"lines": []}, 4000),
    ],
    ids=["taxes in the prices", "taxes on top", "no taxes", "only a sum"],
)
def test_lines_may_hold_the_taxes_or_not(trattoria, bearer, changes, net):
    answer = bearer(trattoria, "pos").post("receipts/", receipt(trattoria, **changes))

    assert (answer.status_code, answer.json()["net_minor"]) == (201, net)


def test_what_follows_from_the_rest_may_be_left_out(trattoria, bearer):
    bare = {
        "venue": str(trattoria.venue.pk),
        "closed_at": "2026-11-20T22:15:00+01:00",
        "lines": [{"name": "Coffee", "quantity": 3, "unit_price_minor": 120}],
        "total_minor": 360,
    }

    body = bearer(trattoria, "pos").post("receipts/", bare).json()

    assert (body["net_minor"], body["currency"], body["lines"][0]["total_minor"]) == (360, "EUR", 360)
    assert (body["contact"], body["crm_sync"], body["external_id"]) == (None, "no_identity", "")


def test_taxes_above_the_total_are_refused(trattoria, bearer):
    bare = {"venue": str(trattoria.venue.pk), "closed_at": "2026-11-20T22:15:00+01:00", "total_minor": 100}

    answer = bearer(trattoria).post("receipts/", {**bare, "taxes": [{"name": "IVA", "amount_minor": 101}]})

    assert [one["field"] for one in assert_problem(answer, 400, "invalid")["errors"]] == ["taxes"]


def test_a_tills_clock_may_be_a_little_fast(trattoria, bearer):
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=2)

    answer = bearer(trattoria, "pos").post("receipts/", receipt(trattoria, closed_at=soon.isoformat()))

    assert answer.status_code == 201


def test_a_contact_chosen_by_staff_gets_the_receipt(trattoria, bearer):
    key = bearer(trattoria)
    anna = key.post("contacts/", ANNA).json()["id"]

    body = key.post("receipts/", receipt(trattoria, guest=None, contact=anna)).json()

    assert (body["contact"], body["crm_sync"]) == (anna, "updated")
    assert stats(key, anna)["spend_total_minor"] == 4400


def test_linking_moves_the_spend_along(trattoria, bearer):
    key = bearer(trattoria)
    sent = key.post("receipts/", receipt(trattoria)).json()
    bruno = key.post("contacts/", {"email": "bruno@example.com"}).json()["id"]

    linked = key.post(f"receipts/{sent['id']}/contact/", {"contact": bruno})

    assert (linked.status_code, linked.json()["contact"]) == (200, bruno)
    assert stats(key, bruno)["spend_total_minor"] == 4400
    assert stats(key, sent["contact"])["spend_total_minor"] is None
    assert key.post(f"receipts/{sent['id']}/contact/", {"contact": None}).json()["contact"] is None
    assert stats(key, bruno)["spend_total_minor"] is None
    refused = assert_problem(key.post(f"receipts/{sent['id']}/contact/", {"contact": NO_ID}), 400, "invalid")
    assert [error["field"] for error in refused["errors"]] == ["contact"]
    assert_problem(key.post(f"receipts/{sent['id']}/contact/", {"contact": bruno}, **{"If-Match": '"1"'}), 412, "stale")


def test_a_contacts_30_newest_receipts_are_shown(trattoria, bearer):
    key = bearer(trattoria)
    for day in range(1, 32):
        closed_at = f"2026-10-{day:02}T12:00:00+02:00"
        sent = key.post("receipts/", receipt(trattoria, external_id=f"R{day}", closed_at=closed_at)).json()

    body = key.get(f"contacts/{sent['contact']}/receipts/").json()

    assert [one["external_id"] for one in body["results"]] == [f"R{day}" for day in range(31, 1, -1)]
    assert (body["next"], body["previous"]) == (None, None)
    assert body["results"][0] == {name: sent[name] for name in body["results"][0]}
    assert_problem(key.get(f"contacts/{sent['contact']}/receipts/?limit=5"), 400, "invalid")


def test_a_key_of_one_venue_sees_the_receipts_of_that_venue(trattoria, bearer):
    admin = bearer(trattoria)
    centro = admin.post("receipts/", receipt(trattoria)).json()
    mare = admin.post("receipts/", receipt(trattoria, venue=str(trattoria.venues[1].pk))).json()
    bound = bearer(trattoria, "pos", venue=trattoria.venue)

    shown = bound.get(f"contacts/{centro['contact']}/receipts/").json()["results"]

    assert mare["contact"] == centro["contact"]
    assert [one["id"] for one in shown] == [centro["id"]]
    assert bound.get(f"receipts/{centro['id']}/").json()["id"] == centro["id"]
    assert_problem(bound.get(f"receipts/{mare['id']}/"), 404, "not_found")
    assert_problem(bound.post(f"receipts/{mare['id']}/contact/", {"contact": None}), 404, "not_found")
    elsewhere = bound.post("receipts/", receipt(trattoria, venue=str(trattoria.venues[1].pk), external_id="R2"))
    assert_problem(elsewhere, 400, "invalid")


@pytest.mark.parametrize("preset", ["widget", "wifi", "read"])
def test_only_tills_and_administrators_send_receipts(trattoria, bearer, preset):
    body = assert_problem(bearer(trattoria, preset).post("receipts/", receipt(trattoria)), 403, "permission_denied")

    assert body["permission"] == "receipts_create"
