"""Who asked to see what is held on them is not erased by itself before they are answered (R-PRIV-2; GDPR, article 15).

The register knows the guest by a hash of the address the request came from; every address that a contact has or had is compared.
A request that names no address holds nothing up: whose it is, staff alone can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import Q

from crm.models import Contact, ContactIdentifier, FieldChange, PrivacyRequest, PrivacyRequestKind
from tenants import keyed_hash


def awaited_by(contact_ids: Collection[UUID]) -> set[UUID]:
    """Those of these contacts whose request is open, by an address of theirs or of one that was merged into them."""
    asked = PrivacyRequest.objects.filter(kind=PrivacyRequestKind.ACCESS, done_on=None).exclude(subject_hash="")
    hashes = set(asked.values_list("subject_hash", flat=True))
    if not hashes:
        return set()
    return {pk for pk, address in _addresses(contact_ids) if address and keyed_hash.of(address) in hashes}


def _addresses(contact_ids: Collection[UUID]) -> Iterator[tuple[UUID, str]]:
    """Each with the contact that answers for it."""
    own = Q(pk__in=contact_ids) | Q(merged_into__in=contact_ids)
    heads: dict[UUID, UUID] = {}
    for pk, winner, email, phone in Contact.objects.filter(own).values_list("pk", "merged_into", "email", "phone"):
        heads[pk] = winner or pk
        yield from ((heads[pk], email), (heads[pk], phone))
    for pk, value in ContactIdentifier.objects.filter(contact__in=list(heads)).values_list("contact", "value"):
        yield heads[pk], value
    changed = FieldChange.objects.filter(contact__in=list(heads), field__in=("email", "phone"))
    for pk, old, new in changed.values_list("contact", "old", "new"):
        yield from ((heads[pk], old), (heads[pk], new))
