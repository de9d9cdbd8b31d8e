"""Taking an order: the guest into the list, the order with its lines and its own snapshot (R-ORDER-1, R-ID-1, R-WRITE-2).

The same external id of a provider at a venue is the same order for ever. An order's event is as old as `placed_at`. Nothing
is fulfilled yet: an order counts when it is (R-VISIT-1).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from audit import recording
from audit.actions import Action
from audit.models import AuditEntry
from consent import recording as consent_recording
from consent import suppression
from consent.models import Source
from consent.recording import OptIn
from crm import event_time, identity, intake
from crm.channel import Channel
from crm.guest_data import CrmSync, Guest, Intake, Reception
from crm.models import Contact
from crm.warnings import IntakeWarning
from orders import applying, availability, blocking, currency, lines, totals
from orders.models import Order, OrderKind, OrderStatus
from orders.totals import Amounts
from tenants import rows, scope
from tenants.models import Venue


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as it was asked for. `snapshot` holds the guest data exactly as they came; `contact` was chosen by staff.

    `placed_at` None means now. `confirms_block`: staff take it although the guest may not order (R-ORDER-2).
    """

    venue: Venue
    kind: OrderKind
    channel: Channel
    amounts: Amounts
    currency: str
    placed_at: datetime.datetime | None = None
    guest: Guest = field(default_factory=Guest)
    snapshot: dict[str, Any] = field(default_factory=dict)
    contact: UUID | None = None
    opt_in: OptIn | None = None
    notes: str = ""
    provider: str = ""
    external_id: str = ""
    confirms_block: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it. `is_new` is false when the external id was known: then nothing changed."""

    order: Order
    crm_sync: CrmSync
    warnings: list[IntakeWarning]
    is_new: bool = True

    @property
    def contact(self) -> Contact | None:
        contact: Contact | None = self.order.contact
        return contact


def take(draft: Draft, *, at: datetime.datetime | None = None) -> Taken:
    """Take an order, received `at` (now by default). It counts nowhere before it is fulfilled.

    Raises TotalMismatch, UnknownCurrency, ForeignCurrency, event_time.InFuture for what is wrong with it,
    OrderingUnavailable for a public one while the venue takes none, OrderingBlocked for a blocked guest's that staff did
    not confirm, and what crm.intake.receive raises for a contact that staff chose. Whoever is refused must be rolled back.
    """
    now = at or timezone.now()
    draft = _checked(draft, now)
    known = _known(draft)
    if known is not None:
        return Taken(known, CrmSync.UNCHANGED, [], is_new=False)
    if draft.contact is not None:
        blocking.await_change(draft.contact)
    with rows.together():
        coming = Intake(draft.guest, draft.channel, draft.venue, draft.placed_at or now, chosen=draft.contact)
        reception = intake.receive(coming, suppression.STANDING, blocking.HOLDER)
        warnings = availability.check(_wish(draft, reception))
        order = _order(draft, reception.contact, now)
        own_discount = applying.at_taking(order, items_minor=draft.amounts.items_minor)
        rows.insert([order], lines.of(order, draft.amounts.items), own_discount, [_entry(order)])
        if reception.contact is not None:
            _record_consent(draft, reception, order)
    return Taken(order, reception.crm_sync, [*reception.warnings, *warnings])


def _checked(draft: Draft, now: datetime.datetime) -> Draft:
    """The draft with the time it was placed."""
    currency.check(draft.currency, draft.venue)
    totals.check(draft.amounts)
    return replace(draft, placed_at=event_time.of(draft.placed_at, field="placed_at", now=now))


def _wish(draft: Draft, reception: Reception) -> availability.Wish:
    return availability.Wish(
        venue=draft.venue,
        channel=draft.channel,
        kind=draft.kind,
        total_minor=draft.amounts.total_minor,
        currency=draft.currency,
        blocked=reception.answers[blocking.HOLDER],
        confirms_block=draft.confirms_block,
    )


def _known(draft: Draft) -> Order | None:
    """The order this external id already made; its lock keeps two parallel posts from both making one."""
    if not draft.external_id:
        return None
    identity.lock_keys([f"order:{draft.venue.pk}:{draft.provider}:{draft.external_id}"])
    orders = Order.objects.select_related("venue", "contact")
    return orders.filter(venue=draft.venue, provider=draft.provider, external_id=draft.external_id).first()


def _order(draft: Draft, contact: Contact | None, now: datetime.datetime) -> Order:
    return Order(
        venue=draft.venue,
        contact=contact,
        kind=draft.kind,
        channel=draft.channel,
        status=OrderStatus.NEW,
        provider=draft.provider,
        external_id=draft.external_id,
        placed_at=draft.placed_at or now,
        notes=draft.notes,
        guest=draft.snapshot,
        taxes=lines.taxes(draft.amounts),
        tip_minor=draft.amounts.tip_minor,
        discount_minor=draft.amounts.discount_minor,
        total_minor=draft.amounts.total_minor,
        currency=draft.currency,
        status_at=now,
        status_by=scope.actor().label,
        created_at=now,
        updated_at=now,
    )


def _entry(order: Order) -> AuditEntry:
    after = {"kind": order.kind, "channel": order.channel, "status": order.status, "total_minor": order.total_minor}
    return recording.entry(recording.Event(Action.ORDER_CREATED, order, after=after, venue_id=order.venue_id))


def _record_consent(draft: Draft, reception: Reception, order: Order) -> None:
    consent_recording.at_intake(
        source=Source.ORDER,
        venue=draft.venue,
        channel=draft.channel,
        reception=reception,
        opt_in=draft.opt_in,
        source_id=order.pk,
        at=order.placed_at,
    )
