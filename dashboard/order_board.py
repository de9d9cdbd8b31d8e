"""What the orders board shows: the venue's open orders by status, what is next for each, and today's settled ones below.

Only reading and wording: what a status does is decided in orders.fulfilment.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm import allergies
from dashboard import day, order_filters, order_words
from dashboard.day import Known, Step
from dashboard.tag_marks import TagMark
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
class Row:
    """One order as its row in `dashboard/orders/row.html` reads it. The order's contact is loaded."""

    order: Order
    venue: Venue
    now: datetime.datetime
    known: Known | None
    items: list[str]

    @property
    def id(self) -> UUID:
        return self.order.pk

    @property
    def etag(self) -> str:
        return f'"{self.order.version}"'

    @property
    def status(self) -> str:
        return self.order.status

    @property
    def status_label(self) -> str:
        return str(OrderStatus(self.order.status).label)

    @property
    def status_at(self) -> datetime.datetime:
        return self.order.status_at.astimezone(self.venue.zone)

    @property
    def placed_at(self) -> datetime.datetime:
        return self.order.placed_at.astimezone(self.venue.zone)

    @property
    def waited(self) -> int:
        """Minutes since the order was placed."""
        return max(0, int((self.now - self.order.placed_at).total_seconds() // 60))

    @property
    def waited_text(self) -> str:
        """`12 min`, `3 h 05`; an order of another day says which."""
        return minutes(self.waited) if self.waited < MINUTES_A_DAY else short_day(self.placed_at)

    @property
    def is_long(self) -> bool:
        return self.order.kind in WAITED_FOR and self.order.status in OPEN and self.waited >= LONG_WAIT

    @property
    def name(self) -> str:
        """The name the order came with; else the contact's; else what it is."""
        if self.order.guest_name:
            return self.order.guest_name
        return str(self.known.contact) if self.known else self.kind_label.capitalize()

    @property
    def kind_label(self) -> str:
        return str(OrderKind(self.order.kind).label)

    @property
    def contact_id(self) -> UUID | None:
        return self.known.contact.pk if self.known else None

    @property
    def phone(self) -> str:
        """The number the guest gave for this order; else the contact's."""
        return self.order.guest.get("phone") or (self.known.contact.phone if self.known else "")

    @property
    def tags(self) -> list[TagMark]:
        return self.known.tags if self.known else []

    @property
    def has_allergies(self) -> bool:
        return bool(self.known and self.known.allergies)

    @property
    def allergy_text(self) -> str:
        today = self.venue.local_day(self.now)
        may_read = allergies.may_be_read(self.venue.local_day(self.order.placed_at), today=today)
        return ", ".join(self.known.allergies) if self.known and may_read else ""

    @property
    def notes(self) -> str:
        return self.order.notes

    @property
    def shown_items(self) -> list[str]:
        return self.items[: order_words.ITEMS_SHOWN]

    @property
    def folded_items(self) -> list[str]:
        return self.items[order_words.ITEMS_SHOWN :]

    @property
    def total_minor(self) -> int:
        return self.order.total_minor

    @property
    def currency(self) -> str:
        return self.order.currency

    @property
    def is_settled(self) -> bool:
        return self.order.is_final

    @property
    def is_off(self) -> bool:
        return self.order.status in NOT_COMING

    @property
    def next_status(self) -> Step | None:
        said = {"name": self.name}
        steps = {
            OrderStatus.NEW: (OrderStatus.ACCEPTED, _("Accept"), _("%(name)s: accepted.")),
            OrderStatus.ACCEPTED: (OrderStatus.PREPARING, _("Start preparing"), _("%(name)s: in preparation.")),
            OrderStatus.PREPARING: (OrderStatus.READY, _("Mark ready"), _("%(name)s: ready.")),
            OrderStatus.READY: (OrderStatus.FULFILLED, _("Mark fulfilled"), _("%(name)s: fulfilled.")),
        }
        step = steps.get(OrderStatus(self.order.status))
        return step and Step(step[0], step[1], step[2] % said)

    @property
    def undo_status(self) -> str:
        """The status an undo goes back to; refunded orders stay as they are."""
        return BEFORE.get(OrderStatus(self.order.status), "")

    @property
    def can_reject(self) -> bool:
        return self.order.status == OrderStatus.NEW

    @property
    def can_cancel(self) -> bool:
        return self.order.status in OPEN


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
    known = day.known_guests(order.contact for order in every if order.contact is not None)
    items = order_words.items_of(every)
    made = {one.pk: Row(one, venue, now, known.get(one.contact_id), items[one.pk]) for one in every}
    rows = [made[one.pk] for one in open_orders]
    groups = [Group(one.value, str(one.label), [row for row in rows if row.status == one]) for one in OPEN]
    return Board(venue, [group for group in groups if group.rows], [made[one.pk] for one in settled])


def known_of(order: Order) -> Known | None:
    """What is known of an order's guest, whose statistics are loaded."""
    if order.contact is None:
        return None
    return day.known_guests([order.contact]).get(order.contact.pk)


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
