"""Refunds in part and in full, and what they correct (R-ORDER-4, R-VISIT-3)."""

from __future__ import annotations

import pytest

from audit.models import AuditEntry
from crm.models import ContactStats, Visit
from orders import fulfilment, refunding
from orders.models import Order, OrderStatus, Refund
from orders.refunding import RefundTooLarge
from orders.totals import Amounts
from tests import parallel
from tests.orders import racing
from tests.orders.tables import PIZZA, costing, fulfilled, stats, take
from tests.personas import Place


def test_a_partial_refund_lowers_the_spend_and_keeps_visit_and_order(inside: Place) -> None:
    order = refunding.refund(fulfilled(inside), 700, reason="one was cold")

    assert (order.status, order.refunded_minor, order.version) == ("fulfilled", 700, 3)
    own = stats(order.contact)
    assert (own.spend_minor, own.average_ticket_minor, own.order_count, own.visit_count) == (1500, 1500, 1, 1)
    kept = Refund.objects.values_list("amount_minor", "reason", "refunded_by").get()
    assert kept == (700, "one was cold", "Owner")


def test_a_full_refund_makes_the_order_refunded_and_takes_its_visit_away(inside: Place) -> None:
    other = fulfilled(inside, amounts=costing(1000))
    order = fulfilled(inside)
    refunding.refund(order, 2000)

    order = refunding.refund(order, 200)

    assert (order.status, order.refunded_minor) == ("refunded", 2200)
    own = stats(order.contact)
    assert (own.spend_minor, own.order_count, own.visit_count) == (1000, 1, 1)

    refunding.refund(other, 1000)
    own = stats(order.contact)
    assert (own.spend_minor, own.order_count, own.visit_count, Visit.objects.count()) == (0, 0, 0, 0)


def test_what_goes_back_is_of_the_total_and_the_tip_is_not(inside: Place) -> None:
    order = fulfilled(inside, amounts=Amounts((PIZZA,), 1700, tip_minor=300))

    with pytest.raises(RefundTooLarge) as refused:
        refunding.refund(order, 1701)
    assert refused.value.extra == {"refundable_minor": 1700}
    assert not Refund.objects.exists()

    assert refunding.refund(order, 1700).status == OrderStatus.REFUNDED


def test_an_order_that_cost_nothing_has_nothing_to_refund(inside: Place) -> None:
    with pytest.raises(RefundTooLarge):
        refunding.refund(take(inside, amounts=costing(0)).order, 1)


def test_a_cancelled_order_that_was_paid_can_be_refunded(inside: Place) -> None:
    order = fulfilment.set_status(take(inside).order, OrderStatus.CANCELLED)

    assert refunding.refund(order, 200).status == "cancelled"
    assert refunding.refund(order, 2000).status == "refunded"


def test_a_refund_before_the_fulfilment_is_subtracted_once_it_counts(inside: Place) -> None:
    order = refunding.refund(take(inside).order, 200)
    assert stats(order.contact).spend_minor == 0

    fulfilment.set_status(order, OrderStatus.FULFILLED)

    assert stats(order.contact).spend_minor == 2000


def test_a_refunded_order_that_is_fulfilled_after_all_is_a_visit_without_spend(inside: Place) -> None:
    order = refunding.refund(fulfilled(inside), 2200)

    fulfilment.set_status(order, OrderStatus.FULFILLED)

    own = stats(order.contact)
    assert (own.spend_minor, own.order_count, own.visit_count) == (0, 1, 1)


def test_each_refund_is_in_the_audit(inside: Place) -> None:
    order = fulfilled(inside)
    refunding.refund(order, 200)
    refunding.refund(order, 2000)

    entries = AuditEntry.objects.filter(action="order_refunded").order_by("id")
    told = [(entry.before["refunded_minor"], entry.after["refunded_minor"], entry.after["status"]) for entry in entries]
    assert told == [(0, 200, "fulfilled"), (200, 2200, "refunded")]


@pytest.mark.parametrize("amount", [300, 1100])
def test_refunds_at_once_never_give_back_more_than_the_total(commits: None, trattoria: Place, amount: int) -> None:
    with trattoria.enter():
        order = fulfilled(trattoria)

    answers = parallel.together(racing.refund, [(str(trattoria.id), str(order.pk), amount)] * 12, processes=4)

    went_back = 2200 // amount * amount
    assert answers.count(True) * amount == went_back
    with trattoria.enter():
        order = Order.objects.get()
        assert order.refunded_minor == went_back == sum(Refund.objects.values_list("amount_minor", flat=True))
        assert (order.status == "refunded") == (went_back == 2200)
        assert ContactStats.objects.get().spend_minor == (0 if went_back == 2200 else 2200 - went_back)
