"""The filters leave the same contacts whichever way they go: walked, or gathered by the one or the other (R-CRM-5, R-IO-2)."""

from __future__ import annotations

import datetime
import itertools
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from crm import filters, gathering, listing
from crm.models import Contact
from orders import fulfilment, receiving, voiding
from orders.models import OrderStatus
from orders.receiving import Line
from orders.totals import Amounts, Item
from tests import kept
from tests.orders.tables import fulfilled, take
from tests.personas import Place

FIRST = datetime.datetime(2026, 11, 1, 12, 0, tzinfo=datetime.UTC)
DISHES = {"Caffè": "Bevande", "Birra": "Bevande", "Torta": "Dolci"}
ASKS: list[dict[str, Any]] = [
    {"orders_min": 2},
    {"orders_max": 1},
    {"orders_min": 1, "orders_max": 3},
    {"orders_min": 2, "spend_min": 2500},
    {"spend_min": 1500, "spend_max": 4000},
    {"bought_item": "caffe"},
    {"bought_item": "caffe", "bought_category": "dolci"},
    {"bought_category": "bevande", "orders_min": 1},
    {"bought_after": "2026-11-03", "bought_before": "2026-11-05"},
    {"bought_item": "torta", "bought_after": "2026-11-02"},
    {"bought_category": "dolci", "bought_before": "2026-11-04", "spend_min": 1000, "orders_max": 4},
    {"spend_min": 1000, "orders_max": 2},
    {"bought_category": "bevande", "bought_after": "2026-11-03", "bought_before": "2026-11-06"},
    {"bought_item": "birra", "bought_after": "2026-11-02", "spend_min": 900, "spend_max": 3000},
]


@dataclass
class Eater:
    """What a guest bought, as (day, item, amount) of what counts; how many orders that are, with the imported baseline."""

    bought: list[tuple[datetime.date, str, int]] = field(default_factory=list)
    order_count: int = 0
    spend_minor: int = 0

    def fits(self, ask: dict[str, Any]) -> bool:
        ends = (("orders", self.order_count), ("spend", self.spend_minor))
        for name, value in ends:
            if not ask.get(f"{name}_min", value) <= value <= ask.get(f"{name}_max", value):
                return False
        return not any(name.startswith("bought") for name in ask) or any(
            self._is_meant(ask, *one) for one in self.bought
        )

    def _is_meant(self, ask: dict[str, Any], day: datetime.date, item: str, _amount: int) -> bool:
        return (
            ask.get("bought_item", item) in (item, "caffe" if item == "Caffè" else item.lower())
            and ask.get("bought_category", DISHES[item].lower()) == DISHES[item].lower()
            and ask.get("bought_after", f"{day}") <= f"{day}" <= ask.get("bought_before", f"{day}")
        )


@pytest.fixture
def eaters(inside: Place) -> dict[Any, Eater]:
    return sixteen_eaters(inside)


@kept.again
def sixteen_eaters(inside: Place) -> dict[Any, Eater]:
    chance, found = random.Random(5), {}
    for number in range(16):
        guest, own = {"last_name": f"{'al'[number % 2]}{number}", "email": f"guest{number}@example.net"}, Eater()
        contact = take(inside, guest=guest, placed_at=FIRST).contact
        assert contact is not None
        for _time in range(chance.randint(0, 3)):
            _buy(inside, guest, own, chance)
        if number % 5 == 0:
            own.order_count, own.spend_minor = own.order_count + 2, own.spend_minor + 1500
            Contact.objects.filter(pk=contact.pk).update(imported_order_count=2, imported_spend_minor=1500)
        found[contact.pk] = own
    return found


def _buy(place: Place, guest: dict[str, str], own: Eater, chance: random.Random) -> None:
    """An order or a receipt, some of which do not count."""
    at, item, amount = FIRST + datetime.timedelta(days=chance.randint(0, 6)), chance.choice(list(DISHES)), 900
    kind = chance.choice(["order", "cancelled", "receipt", "voided", "of an open order", "of a fulfilled order"])
    amounts = Amounts((Item(item, 1, amount, DISHES[item]),), amount)
    order = None
    if kind in ("order", "cancelled", "of a fulfilled order"):
        order = fulfilled(place, guest=guest, amounts=amounts, at=at, placed_at=FIRST)
        if kind == "cancelled":
            fulfilment.set_status(order, OrderStatus.CANCELLED)
    if kind == "of an open order":
        order = take(place, guest=guest, amounts=amounts, placed_at=FIRST).order
    if kind not in ("order", "cancelled"):
        receipt = receiving.receive(
            receiving.Draft(
                place.venue,
                at,
                amount,
                amount,
                "EUR",
                lines=[Line(item, 1, amount, amount, DISHES[item])],
                order=None if order is None else order.pk,
                contact=take(place, guest=guest, placed_at=FIRST).order.contact_id,
            )
        ).receipt
        if kind == "voided":
            voiding.void(receipt, at=at)
    if kind in ("order", "receipt", "of an open order", "of a fulfilled order"):
        own.bought.append((at.date(), item, amount))
        own.spend_minor += amount
        own.order_count += kind in ("order", "of a fulfilled order")


@pytest.mark.parametrize(
    ("few", "most", "many"),
    [(gathering.FEW, gathering.MOST, gathering.MANY_IN_IT), (3, 100, 2), (0, 0, 100), (0, 100, 100), (0, 100, 1)],
)
def test_the_filters_leave_the_same_whichever_way_they_go(
    eaters: dict[Any, Eater], few: int, most: int, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a list in which few are many: the constants stand for a longer one."""
    for name, value in (("FEW", few), ("MOST", most), ("MANY_IN_IT", many)):
        monkeypatch.setattr(gathering, name, value)

    for ask in ASKS:
        form = filters.filtered(listing.with_figures(listing.active()), ask)
        told = {pk for pk, own in eaters.items() if own.fits(ask)}
        assert sorted(form.qs.order_by().values_list("pk", flat=True)) == sorted(told), ask


def test_every_ask_leaves_some_and_leaves_out_others(eaters: dict[Any, Eater]) -> None:
    fitting = [sum(own.fits(ask) for own in eaters.values()) for ask in ASKS]

    assert [ask for ask, count in zip(ASKS, fitting, strict=True) if not 0 < count < len(eaters)] == [ASKS[6]]
    assert list(itertools.compress(ASKS, (count == 0 for count in fitting))) == [ASKS[6]]
