"""Every address that a guest is known by, or was: what erasing has to look for, and to remember the hash of (R-PRIV-1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from crm.models import Contact, ContactIdentifier, FieldChange, IdentifierKind


@dataclass(frozen=True, slots=True)
class Addresses:
    """E-mails and phones in normal form."""

    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    @property
    def all(self) -> list[str]:
        return sorted(self.emails | self.phones)


def of(contact_ids: Collection[UUID]) -> Addresses:
    """What these contacts have and had, in the bin and as the losers of a merge, too."""
    emails: set[str] = set()
    phones: set[str] = set()
    for email, phone in Contact.objects.filter(pk__in=contact_ids).values_list("email", "phone"):
        emails.add(email)
        phones.add(phone)
    for kind, value in ContactIdentifier.objects.filter(contact__in=contact_ids).values_list("kind", "value"):
        (emails if kind == IdentifierKind.EMAIL else phones).add(value)
    changed = FieldChange.objects.filter(contact__in=contact_ids, field__in=("email", "phone"))
    for name, old, new in changed.values_list("field", "old", "new"):
        (emails if name == "email" else phones).update({old, new})
    return Addresses(frozenset(emails - {""}), frozenset(phones - {""}))


def held_by_others(addresses: Iterable[str], contact_ids: Iterable[UUID]) -> set[str]:
    """Those of these addresses that somebody else has, who may be in the bin and come back."""
    others = ContactIdentifier.objects.filter(~Q(contact__in=list(contact_ids)), value__in=list(addresses))
    return set(others.values_list("value", flat=True))
