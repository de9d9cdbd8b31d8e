"""A contact as a customer: what it bought and thought, the block, the discounts (R-CRM-2, R-CRM-3, R-ORDER-2, R-ORDER-3)."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from crm import reviewing
from crm.models import ReviewSource
from crm.reviewing import Opinion
from orders.models import Discount, FixedDiscount, OrderingBlock
from tenants.permissions import Role
from tests.dashboard import evening
from tests.dashboard.counter import contact, order, see, send, text_of
from tests.dashboard.test_pages import url
from tests.personas import Place


@pytest.fixture
def tonight(trattoria: Place) -> Place:
    with trattoria.enter():
        evening.sales_of(evening.board_of(trattoria))
    return trattoria


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [({}, True), ({"status": "fulfilled"}, True), ({"status": "ready"}, False), ({"period": "yesterday"}, False)],
)
def test_the_card_lists_orders_by_period_and_status(tonight: Place, query: dict[str, str], is_shown: bool) -> None:
    moretti = contact(tonight, "Moretti")

    answer = tonight.signed_in().get(url(tonight, "contact", moretti.pk), {"tab": "orders", **query})

    assert (url(tonight, "order", order(tonight, "Moretti").pk) in answer.content.decode()) == is_shown
    assert ("No orders of this period and status" in text_of(answer)) != is_shown


def test_the_card_unfolds_receipts_with_categories_taxes_and_tip(tonight: Place) -> None:
    page = see(tonight, "contact", contact(tonight, "Moretti").pk, tab="receipts")

    assert "Net €38.80 IVA 10% €2.00 IVA 22% €2.20 Total €43.00" in page
    assert "By category Cellar €22.00 Kitchen €18.00 without category €3.00" in page
    assert "Tip, not in the total €3.00" in page
    assert page.count("Void €43.00") == 1


def test_the_card_shows_what_was_written_and_what_the_guest_thought(tonight: Place) -> None:
    moretti = contact(tonight, "Moretti")
    with tonight.enter():
        reviewing.record(
            Opinion(
                tonight.venue, ReviewSource.PRIVATE, 4, text="Lovely", contact=moretti.pk, reviewed_at=timezone.now()
            )
        )

    reviews = see(tonight, "contact", moretti.pk, tab="reviews")

    assert "4 of 5 · private · Centro “Lovely”" in reviews
    assert "Nothing was written yet" in see(tonight, "contact", moretti.pk, tab="communications")


def test_the_switch_blocks_at_once_and_only_some_may_lift_it(tonight: Place) -> None:
    moretti = contact(tonight, "Moretti")

    assert send(tonight, "contact_block", moretti.pk, role=Role.HOST, blocked="yes").status_code == 302
    assert "Blocked from ordering since" in see(tonight, "contact", moretti.pk, role=Role.HOST)
    assert send(tonight, "contact_block", moretti.pk, role=Role.HOST, blocked="no").status_code == 403
    assert send(tonight, "contact_block", moretti.pk, role=Role.MARKETER, blocked="yes").status_code == 403
    with tonight.enter():
        assert OrderingBlock.objects.filter(contact=moretti).exists()

    assert send(tonight, "contact_block", moretti.pk, role=Role.MANAGER, blocked="no").status_code == 302
    with tonight.enter():
        assert not OrderingBlock.objects.filter(contact=moretti).exists()


def test_the_switch_answers_with_its_own_part_of_the_card(tonight: Place) -> None:
    moretti = contact(tonight, "Moretti")

    answer = tonight.signed_in().post(
        url(tonight, "contact_block", moretti.pk), {"blocked": "yes"}, headers={"HX-Request": "true"}
    )

    assert "<html" not in answer.content.decode()
    assert 'role="switch" aria-checked="true"' in answer.content.decode()
    assert "Giulia Moretti can no longer order." in text_of(answer)


def test_the_card_shows_refused_attempts(tonight: Place) -> None:
    page = see(tonight, "contact", contact(tonight, "De Santis").pk)

    assert re.search(r"Refused orders \d+ \w+ [\d:]+ · delivery · Centro €34.50", page)


def test_the_fixed_discount_is_chosen_on_the_card(tonight: Place) -> None:
    villa = contact(tonight, "Villa")
    with tonight.enter():
        friends = Discount.objects.get(name="Friends")

    send(tonight, "contact_discount", villa.pk, discount=str(friends.pk))

    with tonight.enter():
        assert FixedDiscount.objects.get(contact=villa).discount == friends
    send(tonight, "contact_discount", villa.pk, discount="")
    with tonight.enter():
        assert not FixedDiscount.objects.filter(contact=villa).exists()


def test_a_host_reads_the_fixed_discount_and_does_not_choose_it(tonight: Place) -> None:
    moretti = contact(tonight, "Moretti")

    assert "Fixed discount · Neighbors, 10%" in see(tonight, "contact", moretti.pk, role=Role.HOST)
    assert send(tonight, "contact_discount", moretti.pk, role=Role.HOST, discount="").status_code == 403
    with tonight.enter():
        assert FixedDiscount.objects.filter(contact=moretti).exists()


def test_discounts_are_made_changed_taken_out_of_use_and_deleted(tonight: Place) -> None:
    send(tonight, "discounts", name="Staff", kind="amount", amount_minor="2.50", percent="")
    with tonight.enter():
        made = Discount.objects.get(name="Staff")
    assert (made.amount_minor, made.currency, made.percent) == (250, "EUR", None)

    send(tonight, "discount", made.pk, name="Team", kind="percent", percent="15", amount_minor="")
    assert "Team 15%" in see(tonight, "discounts")

    send(tonight, "discount_use", made.pk, active="no")
    assert "Team not in use" in see(tonight, "discounts")

    send(tonight, "discount_delete", made.pk)
    with tonight.enter():
        assert not Discount.objects.filter(pk=made.pk).exists()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "Neighbors", "kind": "percent", "percent": "5"}, "Another discount has this name."),
        ({"name": "New", "kind": "percent", "percent": "101"}, "less than or equal to 100"),
        ({"name": "New", "kind": "percent"}, "Give a percent from 1 to 100, and no amount."),
        ({"name": "New", "kind": "amount", "amount_minor": "0"}, "This amount is too small or too large."),
    ],
)
def test_a_faulty_discount_is_refused_with_a_sentence(tonight: Place, values: dict[str, str], said: str) -> None:
    answer = send(tonight, "discounts", **values)

    assert answer.status_code == 400
    assert said in text_of(answer)
    with tonight.enter():
        assert Discount.objects.count() == 2


@pytest.mark.parametrize("role", [Role.HOST, Role.MARKETER])
def test_only_some_manage_discounts(tonight: Place, role: str) -> None:
    with tonight.enter():
        pk = Discount.objects.get(name="Friends").pk

    assert tonight.signed_in(role).get(url(tonight, "discounts")).status_code == 403
    for name in ("discount", "discount_use", "discount_delete"):
        assert send(tonight, name, pk, role=role, name="Mine", active="no").status_code == 403
    with tonight.enter():
        assert Discount.objects.get(pk=pk).is_active
