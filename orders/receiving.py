"""Receipts of the till: a purchase, though no visit, of the guest it names (R-ORDER-1, R-CRM-2).

One that is known by (venue, provider, external id) changes nothing for ever, except that it can be voided. One of an order
is the same purchase as that order: it is kept with it, belongs to its guest unless it names one itself, and counts only as
long as the order does not (orders.same_purchase).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from audit.models import AuditEntry
from consent import recording as consent_recording
from consent.models import Source
from consent.recording import Occurrence
from consent.status import Event
from crm import event_time, fact_locking, identity, intake, statistics
from crm.channel import Channel
from crm.guest_data import CrmSync, Guest, Intake, Reception
from crm.models import Contact
from crm.warnings import IntakeWarning
from orders import currency, lines, receipt_totals, same_purchase, voiding
from orders.models import Order, Receipt, ReceiptLine
from tenants import rows
from tenants.models import Venue
from tenants.refusal import Refusal


class UnknownOrder(Refusal):
    code = "unknown_id"
    status = 400
    default_message = _("There is no such order at this venue.")


class UnknownCard(Refusal):
    code = "unknown_card"
    status = 400
    default_message = _("There is no such card.")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt; minor units. `total_minor` is what was charged for it."""

    name: str
    quantity: int
    unit_price_minor: int
    total_minor: int
    category: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A receipt as the till sent it; minor units. `taxes` are {name, amount_minor}, `snapshot` the guest data as they came."""

    venue: Venue
    closed_at: datetime.datetime
    total_minor: int
    net_minor: int
    currency: str
    lines: Sequence[Line] = ()
    taxes: Sequence[dict[str, Any]] = ()
    tip_minor: int = 0
    discount_minor: int = 0
    provider: str = ""
    external_id: str = ""
    order: UUID | None = None
    contact: UUID | None = None
    card_number: str = ""
    guest: Guest = field(default_factory=Guest)
    snapshot: dict[str, Any] = field(default_factory=dict)
    is_voided: bool = False

    @property
    def tax_minor(self) -> int:
        return sum(int(tax["amount_minor"]) for tax in self.taxes)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of it. `is_new` is false when the receipt was known."""

    receipt: Receipt
    crm_sync: CrmSync
    warnings: list[IntakeWarning]
    is_new: bool = True


def receive(draft: Draft, *, at: datetime.datetime | None = None) -> Received:
    """Record a receipt, received `at` (now by default).

    Raises UnknownOrder, UnknownCard, and the refusals of event_time, currency, receipt_totals and crm.intake.receive.
    """
    now = at or timezone.now()
    known = _known(draft)
    if known is not None:
        receipt = voiding.void(known, at=now) if draft.is_voided else known
        return Received(receipt, CrmSync.UNCHANGED, [], is_new=False)
    draft = _checked(draft, now)
    order = _order(draft)
    with rows.together():
        reception = _reception(draft, order)
        receipt = _receipt(draft, order, reception.contact, now)
        rows.insert([receipt], _lines(draft, receipt), [_entry(receipt)])
        _record_consent(draft, reception, receipt)
    if reception.contact is not None:
        statistics.refresh(reception.contact.pk)
    return Received(receipt, reception.crm_sync, reception.warnings)


def _known(draft: Draft) -> Receipt | None:
    """The receipt this external id already made; its lock keeps two parallel posts from both making one."""
    if not draft.external_id:
        return None
    identity.lock_keys([f"receipt:{draft.venue.pk}:{draft.provider}:{draft.external_id}"])
    receipts = Receipt.objects.select_related("venue")
    return receipts.filter(venue=draft.venue, provider=draft.provider, external_id=draft.external_id).first()


def _checked(draft: Draft, now: datetime.datetime) -> Draft:
    """The draft as of when it was closed."""
    closed_at = event_time.of(draft.closed_at, field="closed_at", now=now)
    if draft.card_number:
        # Nobody has a card before there are cards.
        raise UnknownCard(field="card_number")
    currency.check(draft.currency, draft.venue)
    receipt_totals.check(
        lines=[line.total_minor for line in draft.lines],
        taxes=draft.tax_minor,
        discount=draft.discount_minor,
        net=draft.net_minor,
        total=draft.total_minor,
    )
    return replace(draft, closed_at=closed_at)


def _order(draft: Draft) -> Order | None:
    if draft.order is None:
        return None
    order: Order | None = Order.objects.filter(pk=draft.order, venue=draft.venue).first()
    if order is None:
        raise UnknownOrder(field="order")
    return order


def _reception(draft: Draft, order: Order | None) -> Reception:
    """The guest of the receipt, then its order, both locked: it counts or not as the order's status says."""
    names_guest = draft.contact is not None or draft.guest != Guest()
    if order is not None and not names_guest:
        return _guest_of(order)
    reception = intake.receive(Intake(draft.guest, Channel.POS, draft.venue, draft.closed_at, chosen=draft.contact))
    if order is not None:
        same_purchase.hold(order)
    return reception


def _guest_of(order: Order) -> Reception:
    """A receipt that names no guest brings nobody new."""
    order, book = fact_locking.lock_with_keys(order, ())
    contact = book.contacts.get(order.contact_id) if order.contact_id else None
    sync = CrmSync.NO_IDENTITY if contact is None else CrmSync.UNCHANGED
    return Reception(contact, sync, [], identity.check(None, None, None))


def _receipt(draft: Draft, order: Order | None, contact: Contact | None, now: datetime.datetime) -> Receipt:
    return Receipt(
        venue=draft.venue,
        contact=contact,
        order=order,
        provider=draft.provider,
        external_id=draft.external_id,
        closed_at=draft.closed_at,
        business_date=draft.venue.local_day(draft.closed_at),
        guest=draft.snapshot,
        taxes=list(draft.taxes),
        tip_minor=draft.tip_minor,
        discount_minor=draft.discount_minor,
        net_minor=draft.net_minor,
        total_minor=draft.total_minor,
        currency=draft.currency,
        voided_at=now if draft.is_voided else None,
        created_at=now,
        updated_at=now,
    )


def _lines(draft: Draft, receipt: Receipt) -> list[ReceiptLine]:
    return [
        ReceiptLine(
            receipt=receipt,
            position=position,
            name=line.name,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            total_minor=line.total_minor,
            category=line.category,
            item_key=lines.key(line.name),
            category_key=lines.key(line.category),
        )
        for position, line in enumerate(draft.lines)
    ]


def _entry(receipt: Receipt) -> AuditEntry:
    after = {"total_minor": receipt.total_minor, "currency": receipt.currency, "is_voided": receipt.is_voided}
    event = recording.Event(Action.RECEIPT_RECORDED, receipt, after=after, venue_id=receipt.venue_id)
    return recording.entry(event)


def _record_consent(draft: Draft, reception: Reception, receipt: Receipt) -> None:
    """A purchase, for the addresses that the receipt carries (R-CONSENT-2)."""
    if reception.contact is None or receipt.is_voided:
        return
    consent_recording.record(
        Occurrence(
            Event.PURCHASED,
            draft.venue,
            reception.identity.e,
            reception.identity.p,
            reception.contact,
            Source.RECEIPT,
            draft.closed_at,
            receipt.pk,
        )
    )
