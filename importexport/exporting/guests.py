"""What an export reads of its contacts, a chunk at a time, and who of them may be in it (R-IO-4, R-CONSENT-3).

One query for each kind of thing, however many contacts there are. Allergies are read where the file is to hold them alone:
neither their text nor their tags are in any other (R-PRIV-3).
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from consent import gate, reading
from consent.gate import Purpose
from consent.reading import ConsentItem
from consent.status import ConsentChannel
from crm import allergies, details, listing, tags
from crm.details import Details
from crm.models import Contact, ContactGroup, Tag
from orders import discounts, spending
from tenants.models import Venue


@dataclass(frozen=True, slots=True)
class Guest:
    """One contact and what stands beside it. `order_values` are minor units by currency."""

    contact: Contact
    consents: Sequence[ConsentItem]
    tags: Sequence[str]
    groups: Sequence[str]
    allergies: Sequence[str]
    order_values: Mapping[str, int]
    discount: str


def read(
    contact_ids: Collection[UUID], *, venues: Sequence[Venue], with_allergies: bool, at: datetime.datetime
) -> dict[UUID, Guest]:
    """Those of these contacts that are in the list now."""
    contacts = list(listing.with_figures(listing.active().filter(pk__in=contact_ids)))
    ids = [contact.pk for contact in contacts]
    consents = reading.current(contacts, venues=venues, now=at)
    known, group_names, tag_labels = details.of(ids), _group_names(), _tag_labels()
    values, held = spending.order_values(ids), discounts.names_of(ids)
    return {
        contact.pk: Guest(
            contact,
            consents[contact.pk],
            tags=_labels(known[contact.pk], tag_labels, with_allergies=with_allergies),
            groups=[group_names[one] for one in known[contact.pk].groups if one in group_names],
            allergies=known[contact.pk].allergies.texts() if with_allergies else (),
            order_values=values.get(contact.pk, {}),
            discount=held.get(contact.pk, ""),
        )
        for contact in contacts
    }


def marketable(
    contact_ids: Iterable[UUID], venue: Venue, channel: ConsentChannel, *, at: datetime.datetime
) -> dict[UUID, str]:
    """Those of these contacts that are in the list and whom the venue may write to on this channel now, and where."""
    contacts = list(listing.active().filter(pk__in=list(contact_ids)))
    consents = reading.current(contacts, venues=[venue], now=at)
    return {
        contact.pk: address_of(contact, channel)
        for contact in contacts
        if may_be_written_to(consents[contact.pk], venue, channel)
    }


def address_of(contact: Contact, channel: ConsentChannel) -> str:
    address: str = contact.phone if channel == ConsentChannel.SMS else contact.email
    return address


def may_be_written_to(consents: Iterable[ConsentItem], venue: Venue, channel: ConsentChannel) -> bool:
    """Asks the gate that every message asks."""
    return gate.is_open(Purpose.MARKETING, consents, venue_id=venue.pk, channel=channel)


def _labels(known: Details, labels: Mapping[str, str], *, with_allergies: bool) -> list[str]:
    keys = [tag.key for tag in known.tags if with_allergies or not allergies.names_allergy(tag.key)]
    return [labels[key] for key in keys if key in labels]


def _tag_labels() -> dict[str, str]:
    return {tag.key: tags.label_of(tag) for tag in Tag.objects.all()}


def _group_names() -> dict[UUID, str]:
    return dict(ContactGroup.objects.values_list("pk", "name"))
