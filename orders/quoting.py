"""The price of an order before it is placed, without revealing who is known (R-ORDER-3).

A trusted key vouches for a guest who is logged in: their fixed discount is applied at once. A public key hears the plain
price, whoever the guest is, and nobody is looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from crm import identity
from crm.guest_data import UnknownContact
from crm.models import Contact, ContactIdentifier, ContactState
from orders import discounts, standing
from tenants import rows, scope
from tenants.models import Venue
from tenants.permissions import Permission, Preset


@dataclass(frozen=True, slots=True)
class Quote:
    """Minor units of `currency`."""

    subtotal_minor: int
    discount_minor: int
    currency: str

    @property
    def total_minor(self) -> int:
        return self.subtotal_minor - self.discount_minor


def quote(
    venue: Venue,
    prices: Iterable[int],
    *,
    email: str = "",
    phone: str = "",
    contact_id: UUID | None = None,
) -> Quote:
    """The price of items that cost `prices`. Raises UnknownContact for a contact id that is not in the list."""
    subtotal = sum(prices)
    contact = _vouched_for(venue, email, phone, contact_id) if is_trusted() else None
    own = None if contact is None else standing.of([contact]).get(contact, standing.NOTHING_SPECIAL).fixed_discount
    taken_off = 0 if own is None else discounts.reduction(own, items_minor=subtotal, currency=venue.currency)
    return Quote(subtotal, taken_off, venue.currency)


def is_trusted() -> bool:
    """Whether the actor may know who is known, and so can vouch for a guest."""
    actor = scope.actor()
    knows_guests = actor.may(Permission.ORDERS_WRITE) or actor.may(Permission.CONTACTS_READ)
    return knows_guests and actor.preset != Preset.WIDGET


def _vouched_for(venue: Venue, email: str, phone: str, contact_id: UUID | None) -> UUID | None:
    """The contact chosen, else the one the guest's keys lead to: a phone only where it is the key (families share phones)."""
    if contact_id is not None:
        return _chosen(contact_id)
    who = identity.check(email, phone, venue.country)
    if not who.keys:
        return None
    held = rows.select(ContactIdentifier, "value = ANY(%s) AND is_key", who.keys)
    holders = {one.value: one.contact_id for one in held}
    return next((holders[key] for key in who.keys if key in holders), None)


def _chosen(contact_id: UUID) -> UUID:
    """The contact itself, or the winner of its merge (R-MERGE-4)."""
    named = Contact.objects.filter(pk=contact_id).values_list("merged_into", flat=True).first()
    found: UUID = named or contact_id
    if not Contact.objects.filter(pk=found, state=ContactState.ACTIVE).exists():
        raise UnknownContact(field="contact")
    return found
