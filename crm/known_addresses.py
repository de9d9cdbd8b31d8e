"""Every address that a guest is known by, or was: what erasing has to look for, and to remember the hash of (R-PRIV-1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from crm import phone_number
from crm.models import Contact, ContactIdentifier, FieldChange, IdentifierKind

# Fewer digits of a phone stand in many a text by chance.
FEWEST_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Addresses:
    """E-mails and phones in normal form."""

    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    @property
    def all(self) -> list[str]:
        return sorted(self.emails | self.phones)

    @property
    def needles(self) -> list[str]:
        """What stands in any spelling of one of them: the e-mail in small letters, the digits of the phone at home."""
        return sorted({*self.emails, *(digits for _phone, digits in self.phones_by_needle())})

    def phones_by_needle(self) -> list[tuple[str, str]]:
        """Each phone with its digits at home, where these are enough to tell it."""
        digits = ((phone, phone_number.national_digits(phone).lstrip("0")) for phone in sorted(self.phones))
        return [(phone, text) for phone, text in digits if len(text) >= FEWEST_DIGITS]


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
