"""What the orders board shows: the venue's open orders by status, what is next for each, and today's settled ones below.

Only reading and wording: what a status does is decided in orders.fulfilment.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dashboard import board_row, order_filters, order_words
from dashboard.board_row import BoardRow, Known, Step
from dashboard.templatetags.coperto import day as short_day
from dashboard.templatetags.coperto import minutes
from orders.models import FINAL, Order, OrderKind, OrderStatus
from tenants.models import Venue

OPEN = (OrderStatus.NEW, OrderStatus.ACCEPTED, OrderStatus.PREPARING, OrderStatus.READY)
NOT_COMING = frozenset({OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.REFUNDED})
# Somebody waits for these; an evening, a voucher or a box is for another day.
WAITED_FOR = frozenset({OrderKind.TAKEAWAY, OrderKind.DELIVERY, OrderKind.SELF_ORDER, OrderKind.DINE_IN})
LONG_WAIT = 30
# What was left open longer than this was forgotten, and is found by period and status. It also bounds the query.
SHOWN_FOR = datetime.timedelta(days=60)
AT_MOST = 200
MINUTES_A_DAY = 24 * 60
BEFORE = {
    OrderStatus.ACCEPTED: OrderStatus.NEW,
    OrderStatus.PREPARING: OrderStatus.ACCEPTED,
    OrderStatus.READY: OrderStatus.PREPARING,
    OrderStatus.FULFILLED: OrderStatus.READY,
    OrderStatus.CANCELLED: OrderStatus.NEW,
    OrderStatus.REJECTED: OrderStatus.NEW,
}


@dataclass(frozen=True, slots=True)
class Row(BoardRow[Order]):
    """One order as its row in `dashboard/orders/row.html` reads it."""

    items: list[str]

    @property
    def on(self) -> datetime.date:
        return self.venue.local_day(self.fact.placed_at)

    @property
    def placed_at(self) -> datetime.datetime:
        return self.fact.placed_at.astimezone(self.venue.zone)

    @property
    def waited(self) -> int:
        """Minutes since the order was placed."""
        return max(0, int((self.now - self.fact.placed_at).total_seconds() // 60))

    @property
    def waited_text(self) -> str:
        """`12 min`, `3 h 05`; an order of another day says which."""
        return minutes(self.waited) if self.waited < MINUTES_A_DAY else short_day(self.placed_at)

    @property
    def is_long(self) -> bool:
        return self.fact.kind in WAITED_FOR and self.fact.status in OPEN and self.waited >= LONG_WAIT

    @property
    def phone(self) -> str:
        """The number the guest gave for this order; else the contact's."""
        return self.fact.guest.get("phone") or (self.known.contact.phone if self.known else "")

    @property
    def shown_items(self) -> list[str]:
        return self.items[: order_words.ITEMS_SHOWN]

    @property
    def folded_items(self) -> list[str]:
        return self.items[order_words.ITEMS_SHOWN :]

    @property
    def total_minor(self) -> int:
        return self.fact.total_minor

    @property
    def currency(self) -> str:
        return self.fact.currency

    @property
    def is_off(self) -> bool:
        return self.fact.status in NOT_COMING

    @property
    def next_status(self) -> Step | None:
        said = {"name": self.name}
        steps = {
            OrderStatus.NEW: (OrderStatus.ACCEPTED, _("Accept"), _("%(name)s: accepted.")),
            OrderStatus.ACCEPTED: (OrderStatus.PREPARING, _("Start preparing"), _("%(name)s: in preparation.")),
            OrderStatus.PREPARING: (OrderStatus.READY, _("Mark ready"), _("%(name)s: ready.")),
            OrderStatus.READY: (OrderStatus.FULFILLED, _("Mark fulfilled"), _("%(name)s: fulfilled.")),
        }
        step = steps.get(OrderStatus(self.fact.status))
        return step and Step(step[0], step[1], step[2] % said)

    @property
    def undo_status(self) -> str:
        """The status an undo goes back to; refunded orders stay as they are."""
        return BEFORE.get(OrderStatus(self.fact.status), "")

    @property
    def can_reject(self) -> bool:
        return self.fact.status == OrderStatus.NEW

    @property
    def can_cancel(self) -> bool:
        return self.fact.status in OPEN


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one status; what waits longest stands first."""

    status: str
    label: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Board:
    venue: Venue
    groups: list[Group]
    settled: list[Row]

    @property
    def open_count(self) -> int:
        return sum(len(group.rows) for group in self.groups)

    @property
    def is_full(self) -> bool:
        return self.open_count >= AT_MOST


def of(venue: Venue, *, now: datetime.datetime) -> Board:
    """The venue's board, read in a fixed number of queries."""
    open_orders = list(_open(venue, now))
    settled = list(_settled_today(venue, now))
    every = open_orders + settled
    known = board_row.known_guests(order.contact for order in every if order.contact is not None)
    items = order_words.items_of(every)
    made = {one.pk: Row(one, venue, now, known.get(one.contact_id), items[one.pk]) for one in every}
    rows = [made[one.pk] for one in open_orders]
    groups = [Group(one.value, str(one.label), [row for row in rows if row.status == one]) for one in OPEN]
    return Board(venue, [group for group in groups if group.rows], [made[one.pk] for one in settled])


def known_of(order: Order) -> Known | None:
    """What is known of an order's guest, whose statistics are loaded."""
    if order.contact is None:
        return None
    return board_row.known_guests([order.contact]).get(order.contact.pk)


def _open(venue: Venue, now: datetime.datetime) -> QuerySet[Order, Any]:
    return _recent(venue, now).filter(status__in=OPEN).order_by("placed_at", "id")[:AT_MOST]


def _settled_today(venue: Venue, now: datetime.datetime) -> QuerySet[Order, Any]:
    """What was settled since the venue's day began, the latest first."""
    since = order_filters.begins(venue, venue.local_day(now))
    settled = _recent(venue, now).filter(status__in=FINAL, status_at__gte=since)
    return settled.order_by("-status_at", "-id")[:AT_MOST]


def _recent(venue: Venue, now: datetime.datetime) -> QuerySet[Order, Any]:
    orders = Order.objects.select_related("contact__stats", "venue")
    return orders.filter(venue=venue, placed_at__gte=now - SHOWN_FOR)
