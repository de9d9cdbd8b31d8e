"""What the rows of both boards have in common: a fact with a status, and what is known of its guest (R-SERVICE-1, R-PRIV-3)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from bookings.models import Booking
from crm import allergies, details, statistics
from crm.allergies import Allergies
from crm.models import Contact
from dashboard import tag_marks
from dashboard.tag_marks import TagMark
from orders.models import Order
from tenants.models import Venue

Fact = TypeVar("Fact", Booking, Order)


@dataclass(frozen=True, slots=True)
class Known:
    """What the board knows of a guest, read for all rows at once."""

    contact: Contact
    tags: list[TagMark]
    allergies: Allergies
    no_show_rate: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing a host does with a row: the status it sets, the verb on its button, the words when it is done."""

    value: str
    label: str
    done: str


@dataclass(frozen=True, slots=True)
class BoardRow(Generic[Fact]):
    """A booking or an order, whose contact is loaded; `known` is None when there is none, or it is in the bin."""

    fact: Fact
    venue: Venue
    now: datetime.datetime
    known: Known | None

    @property
    def on(self) -> datetime.date:
        """The venue's day that the fact is of."""
        raise NotImplementedError

    @property
    def id(self) -> UUID:
        return self.fact.pk

    @property
    def etag(self) -> str:
        return f'"{self.fact.version}"'

    @property
    def status(self) -> str:
        return self.fact.status

    @property
    def status_label(self) -> str:
        return self.fact.get_status_display()

    @property
    def status_at(self) -> datetime.datetime:
        return self.fact.status_at.astimezone(self.venue.zone)

    @property
    def is_settled(self) -> bool:
        return self.fact.is_final

    @property
    def kind_label(self) -> str:
        return self.fact.get_kind_display()

    @property
    def name(self) -> str:
        """The name that the guest gave; else the contact's; else what it is."""
        if self.fact.guest_name:
            return self.fact.guest_name
        return str(self.known.contact) if self.known else self.kind_label.capitalize()

    @property
    def contact_id(self) -> UUID | None:
        return self.known.contact.pk if self.known else None

    @property
    def notes(self) -> str:
        return self.fact.notes

    @property
    def tags(self) -> list[TagMark]:
        return self.known.tags if self.known else []

    @property
    def has_allergies(self) -> bool:
        return bool(self.known and self.known.allergies)

    @property
    def allergy_text(self) -> str:
        may_read = allergies.may_be_read(self.on, today=self.venue.local_day(self.now))
        return ", ".join(self.known.allergies.texts()) if self.known and may_read else ""


def known_guests(contacts: Iterable[Contact]) -> dict[UUID, Known]:
    """What is known of these contacts, whose statistics are loaded. Those in the bin are nobody any more."""
    active = {contact.pk: contact for contact in contacts if contact.is_active}
    own = details.of(active)
    rates = statistics.no_show_rates(active)
    return {
        pk: Known(
            contact=contact,
            tags=tag_marks.without_allergies(tag_marks.of(own[pk].tags)),
            allergies=own[pk].allergies,
            no_show_rate=rates.get(pk),
        )
        for pk, contact in active.items()
    }
