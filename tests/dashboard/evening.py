"""An evening at the trattoria, as the browser tests and the screenshots find it: guests with histories, a full board."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from bookings import lifecycle, taking
from bookings.models import Booking, BookingKind, BookingStatus
from bookings.taking import Draft
from consent.recording import OptIn
from crm import editing, tags
from crm.channel import Channel
from crm.guest_data import Guest
from crm.models import Contact, Tag
from orders import blocking, discounts, fulfilment, receiving, refunding
from orders import taking as ordering
from orders.models import DiscountKind, Order, OrderAttempt, OrderKind, OrderStatus
from orders.totals import Amounts, Item, Tax
from outreach import inquiring
from outreach import receiving as hearing
from outreach.arrival import Sender
from outreach.models import Direction, Message, MessageChannel, MessageKind, MessageStatus
from tenants import scope
from tenants.models import Venue
from tests import kept
from tests.personas import Place

GUESTS: tuple[dict[str, Any], ...] = (
    {"first_name": "Giulia", "last_name": "Moretti", "email": "giulia.moretti@example.com", "phone": "+393331042217",
     "language": "it", "birthday": "1980-03-14", "company": "Studio Moretti", "address": "Via Roma 12", "city": "Milano"},
    {"first_name": "Antoine", "last_name": "Gagnon", "email": "a.gagnon@example.com", "phone": "+15145550184",
     "language": "fr"},
    {"first_name": "Marek", "last_name": "Dyja", "phone": "+48601101107", "language": "pl"},
    {"first_name": "Chiara", "last_name": "De Santis", "email": "chiara.ds@example.com", "phone": "+393407719902"},
    {"first_name": "Jean-Luc", "last_name": "Tremblay", "email": "jl.tremblay@example.com"},
    {"first_name": "Sara", "last_name": "Villa", "email": "sara.villa@example.com", "phone": "+393479920031"},
    {"first_name": "Sara", "last_name": "Villani", "email": "s.villani@example.com", "phone": "+393336650044"},
    {"first_name": "Famiglia", "last_name": "De Luca", "phone": "+390249513870"},
)  # fmt: skip
NICKNAMES = {"Moretti": ("la notaia", "Prefers the quiet room. Ask after the book.")}
TAGS = {
    "Moretti": ("vip", "business"),
    "Gagnon": ("regular",),
    "De Santis": ("no_show",),
    "Tremblay": ("friends_family", "allergy_nuts"),
    "De Luca": ("allergy_nuts", "local"),
}


@dataclass
class Evening:
    """The guests by last name, and the instant around which the evening runs."""

    guests: dict[str, Contact]
    now: datetime.datetime
    venue: Venue

    def book(self, name: str, hours: float, size: int, *, kind: str = BookingKind.RESERVATION, **own: Any) -> Booking:
        """A booking so many hours from now; `name` is a guest's last name, or nobody's."""
        starts_at = self.now + datetime.timedelta(hours=hours)
        channel = {BookingKind.WALK_IN: Channel.WALK_IN, BookingKind.QUEUE: Channel.QUEUE}.get(
            BookingKind(kind), Channel.PHONE
        )
        contact = self.guests.get(name)
        snapshot = {"first_name": contact.first_name, "last_name": contact.last_name} if contact else {}
        opt_in = own.pop("opt_in", None)
        guest = Guest(email=contact.email, phone=contact.phone) if contact and opt_in else Guest()
        draft = Draft(
            venue=self.venue,
            guest=guest,
            opt_in=opt_in,
            kind=BookingKind(kind),
            channel=own.pop("channel", channel),
            party_size=size,
            starts_at=starts_at,
            contact=contact.pk if contact else None,
            snapshot=own.pop("snapshot", snapshot),
            **own,
        )
        return taking.take(draft).booking

    def came(self, name: str, days_ago: int, status: str = BookingStatus.FINISHED, size: int = 2) -> None:
        ticked = OptIn(email=name != "Gagnon", sms=None, wording="newsletter-2026-01")
        with scope.enter(scope.tenant_id(), scope.SYSTEM):
            booking = self.book(name, -24 * days_ago, size, channel=Channel.WEB, opt_in=ticked)
        lifecycle.set_status(booking, BookingStatus(status), at=booking.starts_at)


@kept.again
def guests_of(place: Place) -> Evening:
    """The guests, with tags, notes and past evenings. The scope is open."""
    tags.create("Allergy nuts") if not Tag.objects.filter(key="allergy_nuts").exists() else None
    guests = {}
    for values in GUESTS:
        nickname, notes = NICKNAMES.get(values["last_name"], ("", ""))
        contact = editing.add(Guest(**values), {"nickname": nickname, "notes": notes}).contact
        guests[contact.last_name] = contact
        for key in TAGS.get(contact.last_name, ()):
            tags.add(contact, key)
    found = Evening(guests, timezone.now(), place.venue)
    for days in (8, 23, 51, 80, 130):
        found.came("Moretti", days)
        found.came("Gagnon", days + 1)
    found.came("Moretti", 400)
    found.came("De Santis", 30, BookingStatus.NO_SHOW, 4)
    found.came("De Santis", 60, BookingStatus.NO_SHOW)
    found.came("De Santis", 90)
    found.came("Moretti", 12, BookingStatus.CANCELLED)
    return found


@kept.again
def board_of(place: Place) -> Evening:
    """The guests, and a board with every state a row can have. The day's border is half a day away, whenever this runs."""
    half_a_day_ago = timezone.now() - datetime.timedelta(hours=12)
    place.venue.day_starts_at = half_a_day_ago.astimezone(place.venue.zone).time()
    place.venue.save(update_fields=["day_starts_at"])
    found = guests_of(place)
    done = found.book("Gagnon", -1, 2, table="7")
    lifecycle.set_status(done, BookingStatus.ARRIVED, at=found.now - datetime.timedelta(minutes=56))
    family = found.book("De Luca", -0.5, 6, notes="one high chair", table="12")
    lifecycle.set_status(family, BookingStatus.ARRIVED, at=found.now - datetime.timedelta(minutes=24))
    off = found.book("Villani", -0.25, 2)
    lifecycle.set_status(off, BookingStatus.CANCELLED)
    found.book("Villa", -0.4, 3)
    found.book("De Santis", 0.3, 4)
    found.book("Moretti", 0.8, 4, notes="the corner table", occasion="Anniversary", table="1")
    found.book("Dyja", 1.3, 2)
    found.book("nobody", -0.3, 2, kind=BookingKind.QUEUE, snapshot={"first_name": "Bruno", "phone": "+393331112223"})
    found.book("nobody", -0.1, 4, kind=BookingKind.QUEUE)
    return found


MENU = {"Margherita": 900, "Diavola": 1150, "Tiramisù": 650, "Acqua frizzante": 300, "Lambrusco": 2200}


def order(found: Evening, name: str, minutes_ago: int, items: dict[str, int], **own: Any) -> Order:
    """An order placed so many minutes ago; `name` is a guest's last name, or nobody's; `items` are dishes of the menu."""
    contact = found.guests.get(name)
    discount, taxes = own.pop("discount_minor", 0), own.pop("taxes", ())
    sold = tuple(
        Item(dish, count, MENU[dish], "Drinks" if MENU[dish] < 400 else "Kitchen") for dish, count in items.items()
    )
    total = sum(item.quantity * item.unit_price_minor for item in sold) - discount
    snapshot = {"first_name": contact.first_name, "last_name": contact.last_name} if contact else {}
    draft = ordering.Draft(
        venue=found.venue,
        kind=OrderKind(own.pop("kind", OrderKind.TAKEAWAY)),
        channel=own.pop("channel", Channel.ORDER_PHONE),
        amounts=Amounts(sold, total, taxes=taxes, discount_minor=discount, tip_minor=own.pop("tip_minor", 0)),
        currency=found.venue.currency,
        placed_at=found.now - datetime.timedelta(minutes=minutes_ago),
        snapshot=own.pop("snapshot", snapshot),
        contact=contact.pk if contact else None,
        confirms_block=True,
        **own,
    )
    return ordering.take(draft).order


@kept.again
def orders_of(found: Evening) -> dict[str, Order]:
    """Orders in every state, with a discount, a refund, a receipt, a block and its refused attempt. The scope is open."""
    made = {
        "new": order(found, "De Luca", 4, {"Margherita": 3, "Diavola": 1, "Tiramisù": 2, "Acqua frizzante": 2, "Lambrusco": 1},
                     notes="ring at the side door"),
        "unknown": order(found, "nobody", 2, {"Diavola": 1}, snapshot={"first_name": "Bruno", "phone": "+393331112223"}),
        "accepted": order(found, "Gagnon", 14, {"Margherita": 1, "Acqua frizzante": 1}, kind=OrderKind.DELIVERY),
        "preparing": order(found, "Villa", 38, {"Diavola": 2, "Tiramisù": 2}, kind=OrderKind.DINE_IN),
        "ready": order(found, "Tremblay", 46, {"Margherita": 2}),
        "fulfilled": order(found, "Moretti", 90, {"Margherita": 2, "Lambrusco": 1, "Tiramisù": 1}, discount_minor=400,
                           taxes=(Tax("IVA 10%", 432, is_included=True),), tip_minor=500),
        "cancelled": order(found, "Villani", 70, {"Tiramisù": 4}),
    }  # fmt: skip
    for status in ("accepted", "preparing", "ready", "fulfilled", "cancelled"):
        minutes = {"fulfilled": 60, "cancelled": 50}.get(status, 1)
        at = found.now - datetime.timedelta(minutes=minutes)
        made[status] = fulfilment.set_status(made[status], OrderStatus(status), at=at)
    made["fulfilled"] = refunding.refund(made["fulfilled"], 650, reason="the tiramisù came late", at=found.now)
    return made


def receipts_of(found: Evening, order: Order) -> None:
    """A receipt of the order, one of the till with several taxes, and a void one."""
    for number, own in (
        ("R-1041", {"order": order.pk}),
        ("R-1007", {"tip_minor": 300}),
        ("R-0998", {"is_voided": True}),
    ):
        lines = (
            receiving.Line("Margherita", 2, 900, 1800, "Kitchen"),
            receiving.Line("Lambrusco", 1, 2200, 2200, "Cellar"),
            receiving.Line("Acqua frizzante", 1, 300, 300, ""),
        )
        draft = receiving.Draft(
            venue=found.venue,
            closed_at=found.now - datetime.timedelta(minutes=55 if "order" in own else 60 * 24 * 9),
            total_minor=4300,
            net_minor=3880,
            currency=found.venue.currency,
            lines=lines,
            taxes=({"name": "IVA 10%", "amount_minor": 200}, {"name": "IVA 22%", "amount_minor": 220}),
            external_id=number,
            contact=found.guests["Moretti"].pk,
            **own,
        )
        receiving.receive(draft)


def standing_of(found: Evening) -> None:
    """Discounts to choose from, and a guest who may not order and tried to."""
    neighbors = discounts.create({"name": "Neighbors", "kind": DiscountKind.PERCENT, "percent": 10})
    discounts.create(
        {"name": "Friends", "kind": DiscountKind.AMOUNT, "amount_minor": 500, "currency": found.venue.currency}
    )
    discounts.fix(found.guests["Moretti"], neighbors)
    blocking.block(found.guests["De Santis"])
    OrderAttempt(
        venue=found.venue,
        contact=found.guests["De Santis"],
        attempted_at=found.now - datetime.timedelta(hours=2),
        kind=OrderKind.DELIVERY,
        total_minor=3450,
        currency=found.venue.currency,
    ).save(force_insert=True)


@kept.again
def sales_of(found: Evening) -> dict[str, Order]:
    """Everything that is sold, and to whom it is not. The scope is open."""
    made = orders_of(found)
    receipts_of(found, made["fulfilled"])
    standing_of(found)
    return made


def words_of(found: Evening) -> None:
    """What Giulia wrote, by the contact form and in the app, and was answered, which did not always leave. The scope is open."""
    moretti, hours = found.guests["Moretti"], datetime.timedelta(hours=1)
    sender = Sender(found.venue, Guest(email=moretti.email), {"email": moretti.email})
    inquiring.receive(sender, subject="A birthday", message="Do you have a table for twenty on the 14th?\nWith a cake.")
    message = hearing.receive(
        moretti, venue=found.venue, text="Is the garden open on Sundays?", at=found.now - 2 * hours
    )
    for minutes, text, own in (
        (60, "Yes, from noon until the last guest leaves.", {"status": MessageStatus.SENT}),
        (
            5,
            "And the cake is on us.",
            {"status": MessageStatus.FAILED, "error": "refused", "error_detail": "mailbox full"},
        ),
    ):
        Message(
            contact=moretti, venue=found.venue, direction=Direction.OUT, channel=MessageChannel.EMAIL, kind=MessageKind.REPLY,
            address=moretti.email, subject="Re: A birthday", text=text, at=found.now - datetime.timedelta(minutes=minutes),
            sent_on=message.sent_on, sent_by="Owner", **own,
        ).save(force_insert=True)  # fmt: skip
