"""What becomes of an order: edits, statuses, refunds, another contact, and the figures that follow (R-ORDER-1, R-ORDER-4,
R-WRITE-3, R-WRITE-4)."""

from __future__ import annotations

import datetime

import pytest

from tests.api.test_orders import ANNA, BRUNO, NO_ID, PIZZA, fulfilled, order, stats
from tests.api.test_problems import assert_problem


def test_an_edit_of_an_open_order_reaches_the_contact_and_of_a_final_one_never(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("orders/", order(trattoria)).json()

    open_edit = key.patch(f"orders/{taken['id']}/", {"guest": {"phone": "333 765 4321"}})
    key.post(f"orders/{taken['id']}/status/", {"status": "fulfilled"})
    final_edit = key.patch(f"orders/{taken['id']}/", {"guest": {"phone": "333 000 1111"}, "notes": "late"})

    assert open_edit.json()["crm_sync"] == "updated"
    assert (final_edit.json()["crm_sync"], final_edit.json()["notes"]) == ("skipped_final_status", "late")
    assert final_edit.json()["guest"]["phone"] == "333 000 1111"
    assert key.get(f"contacts/{taken['contact']}/").json()["phone"] == "+393337654321"


def test_the_email_of_a_contact_cannot_be_changed_from_an_order(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("orders/", order(trattoria)).json()

    assert_problem(key.patch(f"orders/{taken['id']}/", {"guest": {"email": "new@example.com"}}), 422, "email_locked")

    assert key.get(f"orders/{taken['id']}/").json()["guest"] == ANNA


def test_what_was_ordered_is_edited_as_a_whole_and_must_add_up_again(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("orders/", order(trattoria)).json()
    path = f"orders/{taken['id']}/"

    refused = assert_problem(key.patch(path, {"items": [PIZZA]}), 400, "invalid")
    edited = key.patch(path, {"items": [PIZZA], "discount_minor": 200, "total_minor": 1500})

    assert (refused["expected_minor"], refused["difference_minor"]) == (1700, 500)
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"2"')
    assert (edited.json()["items"], edited.json()["total_minor"]) == ([PIZZA], 1500)
    assert key.get(path).json()["items"] == [PIZZA]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [{**PIZZA, "quantity": 0}]}, "items.0.quantity"),
        ({"items": [{"name": "Birra", "quantity": 1}]}, "items.0.unit_price_minor"),
        ({"taxes": [{"name": "IVA", "amount_minor": 0}]}, "taxes.0.is_included"),
        ({"total_minor": 5}, "total_minor"),
        ({"notes": {}}, "notes"),
        ({"currency": "EUR"}, "currency"),
        ({"venue": NO_ID}, "venue"),
        ({"guest": []}, "guest"),
        ({"guest": {"birthday": 1}}, "guest.birthday"),
    ],
)
def test_a_faulty_change_is_400_with_the_field(trattoria, bearer, changes, field):
    key = bearer(trattoria)
    taken = key.post("orders/", order(trattoria)).json()

    body = assert_problem(key.patch(f"orders/{taken['id']}/", changes), 400, "invalid")

    assert [error["field"] for error in body["errors"]] == [field]


def test_any_status_may_follow_any_other_but_refunded_is_set_by_refunds_only(trattoria, bearer):
    key = bearer(trattoria, "pos")
    path = f"orders/{key.post('orders/', order(trattoria)).json()['id']}/status/"

    for status in ("fulfilled", "new", "cancelled", "ready", "rejected", "accepted", "preparing", "fulfilled"):
        answer = key.post(path, {"status": status, "at": "2026-11-22T20:01:00+01:00"})
        assert (answer.status_code, answer.json()["status"]) == (200, status)
        assert answer.json()["status_at"] == "2026-11-22T20:01:00+01:00"

    for faulty in ({"status": "refunded"}, {"status": "eaten"}, {}, {"status": "new", "at": "2026-11-22T20:01:00"}):
        assert_problem(key.post(path, faulty), 400, "invalid")


def test_a_stale_version_is_412_and_changes_nothing(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("orders/", order(trattoria)).json()
    path = f"orders/{taken['id']}/"
    key.patch(path, {"notes": "no onions"}, **{"If-Match": '"1"'})

    for action, body in (("status/", {"status": "fulfilled"}), ("refunds/", {"amount_minor": 1}), ("contact/", {})):
        assert_problem(key.post(path + action, body, **{"If-Match": '"1"'}), 412, "stale")
    assert_problem(key.patch(path, {"notes": "onions"}, **{"If-Match": '"1"'}), 412, "stale")

    read = key.get(path).json()
    assert (read["notes"], read["status"], read["refunded_minor"]) == ("no onions", "new", 0)


def test_a_fulfilled_order_counts_as_visit_and_spend(trattoria, bearer):
    key = bearer(trattoria)

    one = fulfilled(key, trattoria, channel="order_web")

    assert one["service_date"] == trattoria.venue.local_day(datetime.datetime.now(datetime.UTC)).isoformat()
    assert one["fulfilled_at"] is not None
    figures = stats(key, one["contact"])
    assert (figures["visit_count"], figures["order_count"], figures["spend_total_minor"]) == (1, 1, 2200)
    assert (figures["average_ticket_minor"], figures["currency"]) == (2200, "EUR")
    assert figures["last_purchase_on"] == one["service_date"]


def test_a_partial_and_a_full_refund_correct_spend_and_visit(trattoria, bearer):
    key = bearer(trattoria)
    one = fulfilled(key, trattoria)
    path = f"orders/{one['id']}/refunds/"

    partial = key.post(path, {"amount_minor": 850, "reason": "one was cold"})
    after_partial = stats(key, one["contact"])
    full = key.post(path, {"amount_minor": 1350})

    assert (partial.status_code, partial.json()["status"], partial.json()["refunded_minor"]) == (201, "fulfilled", 850)
    assert (after_partial["visit_count"], after_partial["spend_total_minor"]) == (1, 1350)
    assert (full.json()["status"], full.json()["refunded_minor"]) == ("refunded", 2200)
    assert [(refund["amount_minor"], refund["reason"]) for refund in full.json()["refunds"]] == [
        (850, "one was cold"),
        (1350, ""),
    ]
    figures = stats(key, one["contact"])
    assert (figures["visit_count"], figures["order_count"], figures["spend_total_minor"]) == (0, 0, None)


def test_no_more_than_what_is_left_can_be_refunded(trattoria, bearer):
    key = bearer(trattoria)
    path = f"orders/{fulfilled(key, trattoria, tip_minor=500)['id']}/refunds/"
    key.post(path, {"amount_minor": 2000})

    refused = assert_problem(key.post(path, {"amount_minor": 201}), 422, "refund_too_large")

    assert refused["refundable_minor"] == 200
    for amount in (0, -1, "5", 1.5, None, 10**20):
        assert_problem(key.post(path, {"amount_minor": amount}), 400, "invalid")
    assert key.post(path, {"amount_minor": 200}).json()["status"] == "refunded"
    assert_problem(key.post(path, {"amount_minor": 1}), 422, "refund_too_large")


def test_linking_moves_visit_and_spend_along(trattoria, bearer):
    key = bearer(trattoria)
    one = fulfilled(key, trattoria)
    bruno = key.post("orders/", order(trattoria, guest=BRUNO)).json()["contact"]

    linked = key.post(f"orders/{one['id']}/contact/", {"contact": bruno})

    assert (linked.status_code, linked.json()["contact"]) == (200, bruno)
    theirs, former = stats(key, bruno), stats(key, one["contact"])
    assert (theirs["visit_count"], theirs["spend_total_minor"]) == (1, 2200)
    assert (former["visit_count"], former["spend_total_minor"]) == (0, None)
    problem = assert_problem(key.post(f"orders/{one['id']}/contact/", {"contact": NO_ID}), 400, "invalid")
    assert [error["field"] for error in problem["errors"]] == ["contact"]
