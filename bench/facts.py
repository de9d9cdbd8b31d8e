"""The rows of what guests did besides booking: orders, receipts, WiFi logins, reviews, groups, follows, blocks, and visits."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.db import models

from bench.copying import Numbers, Place, Row, Writer, noon
from bench.counting import CURRENCY
from bench.habits import Habits, Opinion, Purchase
from bench.people import Person
from crm.models import GroupMember, Review, ReviewSource, Visit, VisitSource, VisitSourceKind
from orders import lines
from orders.models import Order, OrderingBlock, OrderLine, OrderStatus, Receipt, ReceiptLine, Refund
from outreach.models import Follow, Follower
from wifi.models import WifiSession

TABLES: tuple[type[models.Model], ...] = (
    Visit,
    VisitSource,
    Order,
    OrderLine,
    Refund,
    OrderingBlock,
    Receipt,
    ReceiptLine,
    WifiSession,
    Review,
    GroupMember,
    Follower,
    Follow,
)


@dataclass(slots=True)
class Visits:
    """The visits of one guest as they are counted: one a venue and day, whatever the sources (R-VISIT-2)."""

    writer: Writer
    numbers: Numbers
    place: Place
    own: Row
    known: dict[tuple[int, datetime.date], str] = field(default_factory=dict)

    def count(self, venue: int, day: datetime.date, kind: VisitSourceKind, source: str) -> None:
        visit = self.known.get((venue, day))
        if visit is None:
            visit = self.known[venue, day] = self.numbers.next(day)
            self.writer.write(Visit, {"id": visit, "venue_id": self.place.venues[venue], "local_date": day, **self.own})
        about = {"kind": kind, "source_id": source, "happened_at": noon(day), "tenant_id": self.place.tenant}
        self.writer.write(VisitSource, {"id": self.numbers.next(day), "visit_id": visit, **about})


def write(visits: Visits, person: Person, habits: Habits) -> None:
    """All that a guest did; `visits` follow."""
    guest = {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}
    for purchase in habits.purchases:
        if purchase.is_receipt:
            _write_receipt(visits, purchase, guest)
        else:
            _write_order(visits, purchase, guest)
    for venue, day in habits.logins:
        _write_login(visits, venue, day, guest)
    for opinion in habits.opinions:
        _write_opinion(visits, opinion)
    _write_standing(visits, person, habits)


def _write_order(visits: Visits, purchase: Purchase, guest: Row) -> None:
    pk, day, tenant = visits.numbers.next(purchase.day), purchase.day, visits.place.tenant
    at = noon(day)
    status = OrderStatus.CANCELLED if purchase.is_cancelled else OrderStatus.FULFILLED
    times = {"placed_at": at, "status_at": at, "created_at": at, "updated_at": at}
    fulfilled = {} if purchase.is_cancelled else {"fulfilled_at": at, "service_date": day}
    about = {"kind": "takeaway", "channel": purchase.channel, "status": status, "venue_id": _venue(visits, purchase)}
    money = {"total_minor": purchase.total_minor, "refunded_minor": purchase.refunded_minor, "currency": CURRENCY}
    visits.writer.write(Order, {"id": pk, **visits.own, **about, **money, **times, **fulfilled, "guest": guest})
    _write_lines(visits, OrderLine, purchase, {"order_id": pk, "tenant_id": tenant})
    if purchase.refunded_minor:
        refund = {"id": visits.numbers.next(day), "order_id": pk, "amount_minor": purchase.refunded_minor}
        visits.writer.write(Refund, {**refund, "refunded_at": at, "created_at": at, "tenant_id": tenant})
    if not purchase.is_cancelled:
        visits.count(purchase.venue, day, VisitSourceKind.ORDER, pk)


def _write_receipt(visits: Visits, purchase: Purchase, guest: Row) -> None:
    pk, at, total = visits.numbers.next(purchase.day), noon(purchase.day), purchase.total_minor
    paper = {"provider": "till", "external_id": pk, "venue_id": _venue(visits, purchase), "business_date": purchase.day}
    money = {"total_minor": total, "net_minor": total - total // 11, "currency": CURRENCY}
    taxes = [{"name": "IVA 10%", "amount_minor": total // 11}]
    times = {"closed_at": at, "created_at": at, "updated_at": at}
    visits.writer.write(Receipt, {"id": pk, **visits.own, **paper, **money, **times, "taxes": taxes, "guest": guest})
    _write_lines(visits, ReceiptLine, purchase, {"receipt_id": pk, "tenant_id": visits.place.tenant})


def _write_lines(visits: Visits, model: type[models.Model], purchase: Purchase, of: Row) -> None:
    for position, (dish, quantity) in enumerate(purchase.lines):
        line = {
            "id": visits.numbers.next(purchase.day),
            "position": position,
            "name": dish.name,
            "quantity": quantity,
            "unit_price_minor": dish.price_minor,
            "category": dish.category,
            "item_key": lines.key(dish.name),
            "category_key": lines.key(dish.category),
        }
        total = {"total_minor": quantity * dish.price_minor} if model is ReceiptLine else {}
        visits.writer.write(model, {**line, **total, **of})


def _write_login(visits: Visits, venue: int, day: datetime.date, guest: Row) -> None:
    pk, at = visits.numbers.next(day), noon(day)
    times = {"connected_at": at, "service_date": day, "created_at": at}
    about = {"id": pk, "venue_id": visits.place.venues[venue], "provider": "unifi", "external_id": pk}
    visits.writer.write(WifiSession, {**about, **times, **visits.own, "guest": guest})
    visits.count(venue, day, VisitSourceKind.WIFI, pk)


def _write_opinion(visits: Visits, opinion: Opinion) -> None:
    at = noon(opinion.day)
    source = ReviewSource.PRIVATE if opinion.is_private else ReviewSource.GOOGLE
    about = {"source": source, "rating": opinion.rating, "reviewed_at": at, "created_at": at}
    pk = visits.numbers.next(opinion.day)
    visits.writer.write(Review, {"id": pk, "venue_id": visits.place.venues[opinion.venue], **about, **visits.own})


def _write_standing(visits: Visits, person: Person, habits: Habits) -> None:
    day = person.first_contact_on
    at, tenant = noon(day), {"tenant_id": visits.place.tenant}
    for group in habits.groups:
        place = {"id": visits.numbers.next(day), "group_id": visits.place.groups[group], "added_at": at}
        visits.writer.write(GroupMember, {**place, **visits.own})
    if habits.is_blocked:
        visits.writer.write(OrderingBlock, {"id": visits.numbers.next(day), "blocked_at": at, **visits.own})
    if habits.follows:
        pk, times = visits.numbers.next(day), {"created_at": at, "updated_at": at}
        visits.writer.write(Follower, {"id": pk, "external_id": f"app-{person.number}", **times, **visits.own})
        for venue in habits.follows:
            follow = {"id": visits.numbers.next(day), "follower_id": pk, "venue_id": visits.place.venues[venue]}
            visits.writer.write(Follow, {**follow, "followed_at": at, "created_at": at, **tenant})


def _venue(visits: Visits, purchase: Purchase) -> str:
    return visits.place.venues[purchase.venue]
