"""Everything the house holds for an e-mail, a phone or a name, so that it can be shown or erased (R-PRIV-1).

Contacts come first, whatever became of them: in the list, in the bin, merged, anonymous; erased ones hold nothing. What
belongs to a contact that was found is found by it; the rest are facts without a contact, snapshots that name somebody else,
and addresses that only a hash is left of.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import facets, fact_erasing, holdings, typed_confirmation
from crm.editing import home_venue
from crm.expected import Way
from crm.holdings import Found, Holding, Place, told
from crm.models import Contact, ContactIdentifier, ContactState, FieldChange, PrivacyRequest, Review, Segment
from crm.typed_confirmation import ConfirmationMismatch
from tenants import scope
from tenants.models import Tenant
from tenants.permissions import Permission

CONTACTS = Place(
    "contact",
    Contact._meta.db_table,
    told("concat_ws(' ', first_name, last_name)", "nickname", "email", "phone", "company", "code", "address", "notes"),
    "created_at",
    contact="id",
    state="state",
    where=f"state <> '{ContactState.ERASED.value}'",
)
# What else crm holds: keys that a contact had or lost, values that its fields had, reviews, the register.
OTHERS = (
    Place("identifier", ContactIdentifier._meta.db_table, "value", "NULL::timestamptz"),
    Place("change", FieldChange._meta.db_table, told("old", "new"), "created_at"),
    Place("review", Review._meta.db_table, "text", "reviewed_at"),
    Place(
        "privacy_request",
        PrivacyRequest._meta.db_table,
        told("subject_name", "subject_address", "notes"),
        "created_at",
        contact="NULL::uuid",
        hash="NULLIF(subject_hash, '')",
        state="CASE WHEN done_on IS NULL THEN 'open' ELSE 'done' END",
    ),
    Place(
        "segment",
        Segment._meta.db_table,
        told("name", "filters->>'q'"),
        "created_at",
        contact="NULL::uuid",
    ),
)

# Kinds whose rows may be nobody's, and are cleared by themselves. Of the others, a privacy request forgets its subject once
# it is done; identifiers, changes, messages, followers and recipients of campaigns always have a contact and go with it; a
# suppression, an address that does not work and a block are a hash alone, which is what is kept on purpose.
ERASABLE = frozenset(
    {
        *("booking", "order", "receipt", "wifi_session", "promotion_signup", "inquiry", "review", "consent"),
        *("confirmation", "import", "import_row", "segment"),
    }
)
CONFIRMED = 30


@dataclass(frozen=True, slots=True)
class Everything:
    """What was found, by kind; kinds that hold nothing are left out unless they could not be read to the end."""

    places: list[Found]

    @property
    def items(self) -> list[Holding]:
        return [one for place in self.places for one in place.items]


def search(q: str) -> Everything:
    """Look everywhere. Raises PermissionMissing and holdings.TooShort. What was asked for is not kept in the audit log."""
    scope.require(Permission.CONTACTS_ERASE)
    places = [place for place in _look(q) if place.items or not place.is_complete]
    tenant = Tenant.objects.get(pk=scope.tenant_id())
    recording.record(Action.PRIVACY_SEARCHED, tenant, after={"found": sum(len(one.items) for one in places)})
    return Everything(places)


def fact(kind: str, fact_id: UUID) -> Holding:
    """One fact that can be erased by itself. Raises PermissionMissing and fact_erasing.UnknownFact."""
    scope.require(Permission.CONTACTS_ERASE)
    place = next((one for one in places() if one.kind == kind and kind in ERASABLE), None)
    found = holdings.one(place, fact_id) if place else None
    if found is None:
        raise fact_erasing.UnknownFact
    return found


def confirmation_of(held: Holding) -> str:
    """What is to be typed to erase a fact: the e-mail it names, else the beginning of what it says."""
    parts = held.label.split(" · ")
    email = next((part for part in parts if "@" in part and len(part.split()) == 1), "")
    return email.strip() or typed_confirmation.shown(parts[0])[:CONFIRMED].strip()


def erase_fact(
    kind: str, fact_id: UUID, *, confirm: str, at: datetime.datetime, upcoming: Way | None = None
) -> datetime.date | None:
    """Clear what one fact says of its guest, or say the day from which it is cleared.

    Raises PermissionMissing, typed_confirmation.ConfirmationMismatch, and what fact_erasing.erase raises.
    """
    held = fact(kind, fact_id)
    if not typed_confirmation.says(confirm, confirmation_of(held)):
        raise ConfirmationMismatch(_("This is not what the line above says."), field="confirm")
    return fact_erasing.erase(kind, fact_id, at=at, upcoming=upcoming)


def keep_fact(kind: str, fact_id: UUID) -> None:
    """Take back that the fact is cleared on a later day. Raises PermissionMissing and fact_erasing.UnknownFact."""
    fact_erasing.take_back(kind, fact(kind, fact_id).id)


def places() -> list[Place]:
    """Wherever somebody may be held, beside the contacts themselves."""
    return [*OTHERS, *(place for facet in facets.registered() for place in facet.holdings())]


def _look(q: str) -> Iterator[Found]:
    search = holdings.Search(holdings.needle(q, home_venue().country))
    contacts = search.look(CONTACTS)
    yield contacts
    known = {one.id for one in contacts.items}
    for place in places():
        yield search.look(place, known=known)
